import Scheduling
import Testing

@testable import AdminAPI

@Suite(.timeLimit(.minutes(2))) struct LiveSchedulerTests {
    @Test("Jobs are shown and run by hand, and the ledger tells how it went")
    func jobs() async throws {
        try await LiveDaemon.run { daemon in
            for name in ["bad-job", "good-job"] {
                try await daemon.scheduler.create(
                    Job(
                        name: name, schedule: try CronSchedule(parsing: "0 0 1 1 *"),
                        target: HTTPTarget(uri: "http://127.0.0.1:1/x", method: "GET")))
            }
            // The scheduler has begun when it has a next run.
            while daemon.scheduler.nextRun(of: "good-job") == nil { try await Task.sleep(for: .milliseconds(5)) }
            let good = await daemon.trivetctl(
                "scheduler", "jobs", "run", "good-job", "--format", "value(job,kind,outcome,status)")
            #expect(good.exit == 0, "\(good.words)")
            #expect(good.lines == ["good-job\tmanual\tsucceeded\t200"])
            let bad = await daemon.trivetctl("scheduler", "jobs", "run", "bad-job", "--format", "value(outcome)")
            #expect(bad.exit == 1)
            #expect(bad.lines == ["failed"])
            #expect(await daemon.trivetctl("scheduler", "jobs", "run", "no-job").exit == 5)
            let jobs = await daemon.trivetctl(
                "scheduler", "jobs", "list", "--format", "value(name,schedule,state,attemptDeadline,lastRun.outcome)")
            #expect(
                jobs.lines == [
                    "bad-job\t0 0 1 1 *\tENABLED\t180s\tfailed", "good-job\t0 0 1 1 *\tENABLED\t180s\tsucceeded",
                ])
            #expect(await daemon.trivetctl("scheduler", "jobs", "describe", "good-job").exit == 0)
            #expect(await daemon.trivetctl("scheduler", "jobs", "describe", "no-job").exit == 5)
            let failed = await daemon.trivetctl(
                "scheduler", "runs", "list", "--outcome", "failed", "--since", "1h", "--format", "value(job)")
            #expect(failed.lines == ["bad-job"])
            let all = await daemon.trivetctl("scheduler", "runs", "list", "--limit", "1", "--format", "value(job)")
            #expect(all.lines == ["bad-job"])
            #expect(await daemon.trivetctl("scheduler", "runs", "list", "--job", "no-job").exit == 5)
        }
    }
}

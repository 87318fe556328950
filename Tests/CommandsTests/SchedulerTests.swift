import Commands
import Testing

@Suite struct SchedulerTests {
    @Test("jobs are listed and described with their last run")
    func jobs() async {
        let bench = CommandBench()
        bench.daemon.answer("GET /admin/v1/scheduler/jobs", "{\"jobs\":[\(Sample.job)]}")
        bench.daemon.answer("GET /admin/v1/scheduler/jobs/log-purge-job", Sample.job)
        #expect(await bench.run("scheduler", "jobs", "list") == 0)
        #expect(bench.output.text.contains("GET http://127.0.0.1:8082/api/v1/purge"))
        let exit = await bench.run(
            "scheduler", "jobs", "describe", "log-purge-job", "--format", "value(lastRun.outcome)")
        #expect(exit == 0)
        #expect(bench.output.lines.last == "succeeded")
    }

    @Test("A run by hand ends with 1 when it did not succeed")
    func run() async {
        for (outcome, exit) in [("succeeded", Int32(0)), ("failed", 1)] {
            let bench = CommandBench()
            bench.daemon.answer(
                "POST /admin/v1/scheduler/jobs/log-purge-job:run",
                #"{"job":"log-purge-job","kind":"manual","outcome":"\#(outcome)","status":200}"#)
            #expect(await bench.run("scheduler", "jobs", "run", "log-purge-job") == exit)
            #expect(bench.output.text.contains(outcome))
        }
    }

    @Test("Runs are filtered by job, outcome and time")
    func runs() async {
        let bench = CommandBench()
        bench.daemon.answer(
            "GET /admin/v1/scheduler/runs?job=j&outcome=failed&since=1h&limit=7",
            "{\"runs\":[\(Sample.run)]}")
        let exit = await bench.run(
            "scheduler", "runs", "list", "--job", "j", "--outcome", "failed", "--since", "1h",
            "--limit", "7", "--format", "value(scheduledTime,outcome,message)")
        #expect(exit == 0)
        #expect(bench.output.lines == ["2026-11-22T10:08:00Z\tsucceeded\t"])
    }
}

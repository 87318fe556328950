import Foundation
import JSON
import TestSupport
import Testing

@Suite("Jobs of the operator's own")
struct SchedulerTests {
    @Test("a job that trivetctl makes is called by its schedule, again after failures, and the ledger has each attempt")
    func retries() async throws {
        let daemon = try await TestDaemon.start()
        let receiver = try CallReceiver((503, "not yet"), (500, "nor now"), (200, #"{"deleted":7}"#))
        let created = try await daemon.trivetctl(
            "scheduler", "jobs", "create", "http", "report", "--schedule", "* * * * *", "--uri",
            receiver.url + "/run?a=1",
            "--headers", "X-Colour=blue,Content-Type=application/json", "--message-body", #"{"a":"ü"}"#,
            "--time-zone", "Europe/Berlin", "--max-retry-attempts", "3", "--min-backoff", "100ms", "--description",
            "tests retries")
        #expect(created.status == 0, "\(created.errors)")
        try await eventually("three calls") { receiver.calls.count >= 3 }
        let calls = Array(receiver.calls.prefix(3))
        #expect(Set(calls.compactMap { $0.headers["x-cloudscheduler-scheduletime"] }).count == 1)
        for call in calls {
            #expect(call.line == "POST /run?a=1 HTTP/1.1")
            #expect(call.body == #"{"a":"ü"}"#)
            #expect(call.headers["user-agent"] == "Google-Cloud-Scheduler")
            #expect(call.headers["x-cloudscheduler"] == "true")
            #expect(call.headers["x-cloudscheduler-jobname"] == "report")
            #expect(call.headers["x-colour"] == "blue" && call.headers["content-type"] == "application/json")
        }
        let list = ["scheduler", "runs", "list", "--job", "report", "--outcome", "succeeded", "--format", "ndjson"]
        try await eventually("the run has succeeded") { try await !daemon.trivetctl(list).output.isEmpty }
        let listed = try await daemon.trivetctl(list).jsonLines()
        let run = try #require(listed.last?.object)
        #expect(run["scheduledTime"]?.string == calls[0].headers["x-cloudscheduler-scheduletime"])
        let attempts = (run["attempts"]?.array ?? []).compactMap(\.object)
        #expect(attempts.map { $0["status"] } == [503, 500, 200])
        #expect(attempts.map { $0["answer"] } == ["not yet", "nor now", #"{"deleted":7}"#])
        #expect(attempts.allSatisfy { $0["latency"]?.string?.hasSuffix("s") == true })
        let failed = try await daemon.trivetctl("scheduler", "runs", "list", "--failed", "--since", "1h")
        #expect(failed.status == 0 && !failed.output.contains("report"))
        #expect(await daemon.stop() == .exited(0))
    }

    @Test("a job is changed, paused, run by hand, resumed and deleted, and a restart keeps what it is")
    func life() async throws {
        let folder = try TestFolder()
        var daemon = try await TestDaemon.start(in: folder)
        let receiver = try CallReceiver((404, "gone"))
        func jobs(_ arguments: String...) async throws -> CommandResult {
            try await daemon.trivetctl(["scheduler", "jobs"] + arguments)
        }
        let create = ["create", "http", "yearly", "--schedule", "0 0 1 1 *", "--uri", receiver.url]
        #expect(try await daemon.trivetctl(["scheduler", "jobs"] + create).status == 0)
        #expect(try await daemon.trivetctl(["scheduler", "jobs"] + create).status == 1)
        let bad = try await jobs("update", "http", "yearly", "--time-zone", "Mars/Olympus")
        #expect(bad.status == 2 && bad.errors.contains("Mars/Olympus"))
        let update = try await jobs(
            "update", "http", "yearly", "--time-zone", "Pacific/Auckland", "--http-method", "DELETE",
            "--missed-runs", "run-once", "--start-deadline", "1h", "--format", "json")
        #expect(try update.json().object?["nextTime"]?.string?.hasSuffix("-12-31T11:00:00Z") == true)
        #expect(try await jobs("pause", "yearly").status == 0)
        let run = try await jobs("run", "yearly", "--format", "json")
        #expect(run.status == 1)
        #expect(try run.json().object?["message"] == "answered 404: gone")
        #expect(receiver.calls.map(\.line) == ["DELETE / HTTP/1.1"])
        #expect(await daemon.stop() == .exited(0))
        daemon = try await TestDaemon.start(in: folder)
        let described = try await jobs("describe", "yearly", "--format", "json").json()
        let kept = try #require(described.object)
        #expect(kept["state"] == "PAUSED" && kept["timeZone"] == "Pacific/Auckland")
        #expect(kept["missedRunPolicy"] == "RUN_ONCE" && kept["startDeadline"] == "3600s")
        #expect(kept["status"] == ["code": 5, "message": "answered 404: gone"])
        let failed = try await daemon.trivetctl(
            "scheduler", "runs", "list", "--job", "yearly", "--failed", "--since", "1h", "--format",
            "value(kind,outcome)")
        #expect(failed.output == "manual\tfailed\n")
        #expect(try await jobs("resume", "yearly").status == 0)
        #expect(try await jobs("delete", "yearly", "--yes").status == 0)
        #expect(try await jobs("describe", "yearly").status == 5)
        #expect(await daemon.stop() == .exited(0))
    }

    @Test("a daemon that is stopped between attempts says so, and does not wait out the backoff")
    func stopped() async throws {
        let folder = try TestFolder()
        let daemon = try await TestDaemon.start(in: folder)
        let receiver = try CallReceiver((503, "no"))
        let created = try await daemon.trivetctl(
            "scheduler", "jobs", "create", "http", "patient", "--schedule", "0 0 1 1 *", "--uri", receiver.url,
            "--max-retry-attempts", "1", "--min-backoff", "1h")
        #expect(created.status == 0, "\(created.errors)")
        let run = Task { try await daemon.trivetctl("scheduler", "jobs", "run", "patient") }
        try await eventually("the first attempt is recorded") {
            try await daemon.trivetctl("scheduler", "runs", "list", "--outcome", "running").output
                .contains("the next attempt is at")
        }
        #expect(await daemon.stop() == .exited(0))
        _ = try await run.value
        let again = try await TestDaemon.start(in: folder)
        let runs = try await again.trivetctl(
            "scheduler", "runs", "list", "--job", "patient", "--format", "value(outcome,message)")
        #expect(runs.output == "interrupted\tanswered 503: no; the daemon stopped before the next attempt\n")
    }
}

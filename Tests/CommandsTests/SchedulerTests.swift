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

    @Test("A job is made from options, which go to the daemon as it takes them")
    func create() async {
        var bench = CommandBench()
        bench.files = ["body.json": #"{"a":1}"#]
        bench.daemon.answer("POST /admin/v1/scheduler/jobs", Sample.job)
        let minimal = await bench.run(
            "scheduler", "jobs", "create", "http", "tick", "--schedule", "* * * * *", "--uri", "http://a/")
        #expect(minimal == 0)
        let full = await bench.run(
            "scheduler", "jobs", "create", "http", "tick", "--schedule", "30 2 * * MON", "--uri", "http://a/",
            "--http-method", "put", "--headers", "X-A=1,X-B=b=c", "--headers", "^;^X-C=1,2;x-a=9",
            "--message-body-from-file", "body.json", "--time-zone", "Europe/Berlin", "--description", "why",
            "--max-retry-attempts", "3", "--min-backoff", "10s", "--max-backoff", "5m", "--max-doublings", "2",
            "--max-retry-duration", "1h", "--attempt-deadline", "30s", "--missed-runs", "run-once",
            "--start-deadline", "10m")
        #expect(full == 0)
        #expect(
            bench.daemon.bodies == [
                #"{"httpTarget":{"uri":"http://a/"},"name":"tick","schedule":"* * * * *"}"#,
                #"{"attemptDeadline":"30s","description":"why","httpTarget":{"body":"eyJhIjoxfQ==","headers":"#
                    + #"{"X-B":"b=c","X-C":"1,2","x-a":"9"},"httpMethod":"PUT","uri":"http://a/"},"#
                    + #""missedRunPolicy":"RUN_ONCE","name":"tick","retryConfig":{"maxBackoffDuration":"5m","#
                    + #""maxDoublings":2,"maxRetryDuration":"1h","minBackoffDuration":"10s","retryCount":3},"#
                    + #""schedule":"30 2 * * MON","startDeadline":"10m","timeZone":"Europe/Berlin"}"#,
            ])
        #expect(bench.output.text.contains("2, backoff 5s to 3600s, 5 doublings"))
    }

    @Test("An update names what changes, and what goes back to its default")
    func update() async {
        let bench = CommandBench()
        bench.daemon.answer("PATCH /admin/v1/scheduler/jobs/tick", Sample.job)
        let changed = await bench.run(
            "scheduler", "jobs", "update", "http", "tick", "--message-body", "", "--update-headers", "X-A=1",
            "--remove-headers", "X-B,X-C", "--clear-time-zone", "--clear-max-retry-attempts", "--min-backoff", "1s")
        #expect(changed == 0)
        let cleared = await bench.run(
            "scheduler", "jobs", "update", "http", "tick", "--clear-headers", "--clear-message-body",
            "--clear-min-backoff", "--clear-max-backoff", "--clear-max-doublings", "--clear-max-retry-duration",
            "--clear-start-deadline", "--missed-runs", "skip")
        #expect(cleared == 0)
        #expect(
            bench.daemon.bodies == [
                #"{"httpTarget":{"body":"","headers":{"X-A":"1","X-B":null,"X-C":null}},"#
                    + #""retryConfig":{"minBackoffDuration":"1s","retryCount":null},"timeZone":null}"#,
                #"{"httpTarget":{"body":null,"headers":null},"missedRunPolicy":"SKIP","retryConfig":"#
                    + #"{"maxBackoffDuration":null,"maxDoublings":null,"maxRetryDuration":null,"#
                    + #""minBackoffDuration":null},"startDeadline":null}"#,
            ])
    }

    @Test("A job that publishes is made and changed by its own options")
    func publishing() async {
        let bench = CommandBench()
        bench.daemon.answer("POST /admin/v1/scheduler/jobs", Sample.publishingJob)
        bench.daemon.answer("PATCH /admin/v1/scheduler/jobs/tick", Sample.publishingJob)
        let created = await bench.run(
            "scheduler", "jobs", "create", "pubsub", "tick", "--schedule", "* * * * *", "--topic", "storage-event",
            "--message-body", #"{"a":1}"#, "--attributes", "x=1,y=b=c", "--attributes", "z=", "--ordering-key", "k",
            "--max-retry-attempts", "2")
        #expect(created == 0)
        #expect(bench.output.text.contains("PUBLISH projects/my-project/topics/storage-event"))
        #expect(bench.output.text.contains("x=1; y=2"))
        let changed = await bench.run(
            "scheduler", "jobs", "update", "pubsub", "tick", "--topic", "other", "--update-attributes", "x=2",
            "--remove-attributes", "y,z", "--clear-message-body", "--clear-ordering-key", "--clear-time-zone")
        #expect(changed == 0)
        #expect(await bench.run("scheduler", "jobs", "update", "pubsub", "tick", "--clear-attributes") == 0)
        #expect(
            bench.daemon.bodies == [
                #"{"name":"tick","pubsubTarget":{"attributes":{"x":"1","y":"b=c","z":""},"data":"eyJhIjoxfQ==","#
                    + #""orderingKey":"k","topicName":"storage-event"},"retryConfig":{"retryCount":2},"#
                    + #""schedule":"* * * * *"}"#,
                #"{"pubsubTarget":{"attributes":{"x":"2","y":null,"z":null},"data":null,"orderingKey":null,"#
                    + #""topicName":"other"},"timeZone":null}"#,
                #"{"pubsubTarget":{"attributes":null}}"#,
            ])
    }

    @Test("Jobs are paused, resumed and deleted by their names")
    func changes() async {
        let bench = CommandBench()
        bench.daemon.answer("POST /admin/v1/scheduler/jobs/tick:pause", Sample.job)
        bench.daemon.answer("POST /admin/v1/scheduler/jobs/tick:resume", Sample.job)
        bench.daemon.answer("DELETE /admin/v1/scheduler/jobs/tick", "{}")
        for verb in ["pause", "resume", "delete"] {
            #expect(await bench.run("scheduler", "jobs", verb, "tick") == 0, "\(verb)")
        }
        #expect(bench.output.lines.last == "deleted  tick")
    }

    @Test("A delete asks on a terminal, and stops at no")
    func deleteAsks() async {
        var bench = CommandBench()
        bench.terminal = Terminal(input: true, output: true, messages: true)
        bench.answerToQuestion = "n"
        #expect(await bench.run("scheduler", "jobs", "delete", "tick") == 1)
        #expect(bench.daemon.requests.isEmpty)
    }

    @Test(
        "A wrong command line is usage, and nothing is asked",
        arguments: [
            ["create", "http", "tick"], ["create", "http", "tick", "--schedule", "* * * * *"],
            ["create", "http", "tick", "--uri", "http://a/"], ["create"], ["update", "http", "tick"],
            ["create", "http", "tick", "--schedule", "* * * * *", "--uri", "http://a/", "--headers", "X"],
            ["create", "http", "tick", "--schedule", "* * * * *", "--uri", "http://a/", "--headers", "=1"],
            ["create", "http", "tick", "--schedule", "* * * * *", "--uri", "http://a/", "--missed-runs", "maybe"],
            ["create", "http", "tick", "--schedule", "* * * * *", "--uri", "u", "--message-body-from-file", "gone"],
            ["update", "http", "tick", "--message-body", "a", "--message-body-from-file", "b"],
            ["update", "http", "tick", "--clear-headers", "--update-headers", "a=b"],
            ["update", "http", "tick", "--clear-time-zone", "--time-zone", "UTC"],
            ["update", "http", "tick", "--clear-message-body", "--message-body", "UTC"],
            ["update", "http", "tick", "--max-doublings", "two"],
            ["create", "pubsub", "tick", "--schedule", "* * * * *", "--topic", "t"],
            ["create", "pubsub", "tick", "--schedule", "* * * * *", "--message-body", "a"],
            ["create", "pubsub", "tick", "--topic", "t", "--message-body", "a"],
            ["create", "pubsub", "tick", "--schedule", "* * * * *", "--topic", "t", "--attributes", "a"],
            ["update", "pubsub", "tick"], ["update", "pubsub", "tick", "--uri", "http://a/"],
            ["update", "pubsub", "tick", "--clear-attributes", "--update-attributes", "a=b"],
            ["update", "pubsub", "tick", "--clear-ordering-key", "--ordering-key", "b"],
        ])
    func usage(arguments: [String]) async {
        let bench = CommandBench()
        #expect(await bench.run(["scheduler", "jobs"] + arguments) == (arguments == ["create"] ? 0 : 2))
        #expect(bench.daemon.requests.isEmpty)
    }

    @Test("--failed asks for failed runs, whose attempts are counted in the table and told in the JSON")
    func failed() async {
        let bench = CommandBench()
        bench.daemon.answer(
            "GET /admin/v1/scheduler/runs?outcome=failed&since=1h&limit=100", "{\"runs\":[\(Sample.failedRun)]}")
        #expect(await bench.run("scheduler", "runs", "list", "--failed", "--since", "1h") == 0)
        #expect(bench.output.text.contains("ATTEMPTS"))
        #expect(bench.output.lines.last?.contains("  2         503     answered 503: no") == true)
        let json = await bench.run(
            "scheduler", "runs", "list", "--failed", "--since", "1h", "--format", "value(attempts)")
        #expect(json == 0)
        #expect(bench.output.lines.last?.contains(#""error":"refused""#) == true)
        #expect(await bench.run("scheduler", "runs", "list", "--failed", "--outcome", "failed") == 2)
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

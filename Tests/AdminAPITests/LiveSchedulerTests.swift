import JSON
import Scheduling
import Testing

@testable import AdminAPI

@Suite(.timeLimit(.minutes(20))) struct LiveSchedulerTests {
    @Test("Jobs are shown and run by hand, and the ledger tells how it went")
    func jobs() async throws {
        try await LiveDaemon.run { daemon in
            for name in ["bad-job", "good-job"] {
                try await daemon.scheduler.create(
                    Job(
                        name: name, schedule: try CronSchedule(parsing: "0 0 1 1 *"),
                        target: .http(HTTPTarget(uri: "http://127.0.0.1:1/x", method: "GET"))))
            }
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

    @Test("A job is made, changed, paused, resumed and deleted over the API")
    func changes() async throws {
        try await LiveDaemon.run { daemon in
            let made = try await daemon.ask(
                "POST", "/admin/v1/scheduler/jobs",
                """
                {"name":"report","description":"nightly","schedule":"30 2 * * MON-FRI","timeZone":"Europe/Berlin",
                 "httpTarget":{"uri":"http://127.0.0.1:1/x","httpMethod":"PUT","headers":{"X-A":"1","X-B":"2"},
                 "body":"e30="},"retryConfig":{"retryCount":3,"minBackoffDuration":"1.5s","maxBackoffDuration":"10m"},
                 "attemptDeadline":"30s","missedRunPolicy":"RUN_ONCE","startDeadline":"1h"}
                """)
            #expect(made.status == 200)
            let job = try #require(made.json.object)
            #expect(
                job["httpTarget"] == [
                    "uri": "http://127.0.0.1:1/x", "httpMethod": "PUT", "headers": ["X-A": "1", "X-B": "2"],
                    "body": "e30=",
                ])
            #expect(
                job["retryConfig"] == [
                    "retryCount": 3, "minBackoffDuration": "1.5s", "maxBackoffDuration": "600s", "maxDoublings": 5,
                    "maxRetryDuration": "0s",
                ])
            #expect(job["missedRunPolicy"] == "RUN_ONCE" && job["startDeadline"] == "3600s")
            #expect(job["state"] == "ENABLED" && job["description"] == "nightly" && job["attemptDeadline"] == "30s")
            #expect(job["scheduleTime"]?.string?.hasSuffix("30:00Z") == true && job["nextTime"] == job["scheduleTime"])
            #expect(job["userUpdateTime"] != nil && job["lastRun"] == nil && job["status"] == nil)
            let path = "/admin/v1/scheduler/jobs/report"
            #expect(try await daemon.ask("POST", "/admin/v1/scheduler/jobs", Self.minimal("report")).status == 409)
            #expect(try await daemon.ask("POST", path + ":pause").json.object?["state"] == "PAUSED")
            // What the patch does not name stays, null stands for the default, headers are merged.
            let patched = try await daemon.ask(
                "PATCH", path,
                """
                {"schedule":"0 3 * * *","timeZone":null,"startDeadline":null,
                 "httpTarget":{"headers":{"X-A":null,"X-C":"3"}},"retryConfig":{"retryCount":1}}
                """)
            let changed = try #require(patched.json.object)
            #expect(changed["schedule"] == "0 3 * * *" && changed["timeZone"] == "Etc/UTC")
            #expect(changed["startDeadline"] == nil && changed["missedRunPolicy"] == "RUN_ONCE")
            #expect(changed["httpTarget"]?.object?["headers"] == ["X-B": "2", "X-C": "3"])
            #expect(changed["httpTarget"]?.object?["body"] == "e30=")
            #expect(changed["retryConfig"]?.object?["retryCount"] == 1)
            #expect(changed["retryConfig"]?.object?["minBackoffDuration"] == "1.5s")
            #expect(changed["state"] == "PAUSED" && changed["nextTime"] == nil)
            #expect(try await daemon.ask("POST", path + ":resume").json.object?["state"] == "ENABLED")
            let run = try await daemon.ask("POST", path + ":run").json.object
            let attempt = try #require(run?["attempts"]?.array?.first?.object)
            #expect(attempt["status"] == 200 && attempt["answer"] == "so it went")
            #expect(attempt["latency"]?.string?.hasSuffix("s") == true && attempt["startTime"] != nil)
            #expect(try await daemon.ask("GET", path).json.object?["lastAttemptTime"] == attempt["startTime"])
            let deleted = try await daemon.ask("DELETE", path)
            #expect(deleted.status == 200 && deleted.json == [:])
            for (method, target) in [
                ("GET", path), ("DELETE", path), ("PATCH", path), ("POST", path + ":pause"), ("POST", path + ":resume"),
            ] {
                let answer = try await daemon.ask(method, target, method == "PATCH" ? "{}" : nil)
                #expect(answer.status == 404, "\(method) \(target)")
            }
        }
    }

    @Test("What a job sends is taken in either alphabet of Base64, padded or not, and shown in the standard one")
    func base64() async throws {
        try await LiveDaemon.run { daemon in
            let made = try await daemon.ask(
                "POST", "/admin/v1/scheduler/jobs",
                #"""
                {"name":"a","schedule":"0 0 1 1 *","httpTarget":{"uri":"http://127.0.0.1:1/x","body":"-_8"}}
                """#)
            #expect(made.json.object?["httpTarget"]?.object?["body"] == "+/8=")
            let told = try await daemon.ask(
                "POST", "/admin/v1/scheduler/jobs",
                #"{"name":"b","schedule":"0 0 1 1 *","pubsubTarget":{"topicName":"topic","data":"-_8="}}"#)
            #expect(told.json.object?["pubsubTarget"]?.object?["data"] == "+/8=")
        }
    }

    @Test("The last attempt's failure is a job's status, in google.rpc's numbers")
    func status() async throws {
        try await LiveDaemon.run { daemon in
            _ = try await daemon.ask("POST", "/admin/v1/scheduler/jobs", Self.minimal("bad"))
            _ = try await daemon.ask("POST", "/admin/v1/scheduler/jobs/bad:run")
            let job = try await daemon.ask("GET", "/admin/v1/scheduler/jobs/bad").json.object
            #expect(job?["status"] == ["code": 13, "message": "answered 500: so it went"])
        }
    }

    @Test("A job that publishes is made, shown, run and changed over the API")
    func publishing() async throws {
        try await LiveDaemon.run { daemon in
            let path = "/admin/v1/scheduler/jobs"
            let made = try await daemon.ask(
                "POST", path,
                """
                {"name":"tick","schedule":"0 0 1 1 *",
                 "pubsubTarget":{"topicName":"events","data":"e30=","attributes":{"a":"1","b":"2"},"orderingKey":"k"}}
                """)
            #expect(made.status == 200)
            let target: JSONValue = [
                "topicName": "projects/my-project/topics/events", "data": "e30=", "attributes": ["a": "1", "b": "2"],
                "orderingKey": "k",
            ]
            #expect(made.json.object?["pubsubTarget"] == target)
            #expect(made.json.object?["httpTarget"] == nil)
            let run = try await daemon.ask("POST", "\(path)/tick:run")
            let attempt = run.json.object?["attempts"]?.array?.first?.object
            #expect(attempt?["messageId"] == "events" && attempt?["status"] == 200)
            let changed = try await daemon.ask(
                "PATCH", "\(path)/tick",
                #"{"pubsubTarget":{"data":null,"attributes":{"a":null,"c":"3"},"orderingKey":null}}"#)
            #expect(
                changed.json.object?["pubsubTarget"] == [
                    "topicName": "projects/my-project/topics/events", "attributes": ["b": "2", "c": "3"],
                ])
            let other = try await daemon.ask(
                "PATCH", "\(path)/tick", #"{"pubsubTarget":null,"httpTarget":{"uri":"http://a/"}}"#)
            #expect(other.json.object?["pubsubTarget"] == nil && other.json.object?["httpTarget"] != nil)
        }
    }

    @Test("What is no job is refused with 400 that names the member, and nothing is stored")
    func refused() async throws {
        try await LiveDaemon.run { daemon in
            let target = #""httpTarget":{"uri":"http://a/"}"#
            let start = #"{"name":"a","schedule":"* * * * *","#
            let bad = [
                ("[]", "object"), ("{", "JSON"), ("{}", "name"), (#"{"name":"a"}"#, "schedule"),
                (#"{"name":"a","schedule":"* * * * *"}"#, "httpTarget"), ("\(start)\(target),\"x\":1}", "x"),
                ("\(start)\(target),\"state\":\"RUNNING\"}", "state"),
                (#"{"name":5,"schedule":"","# + target + "}", "name"),
                (#"{"name":"a","schedule":"* * * *","# + target + "}", "five fields"),
                (#"{"name":"a/b","schedule":"* * * * *","# + target + "}", "name"),
                ("\(start)\(target),\"timeZone\":\"Mars/Olympus\"}", "Mars/Olympus"),
                ("\(start)\(target),\"timeZone\":\"../../../etc/passwd\"}", "time zone"),
                ("\(start)\(target),\"attemptDeadline\":\"soon\"}", "attemptDeadline"),
                ("\(start)\(target),\"attemptDeadline\":\"1s\"}", "15 seconds"),
                ("\(start)\(target),\"attemptDeadline\":\"-20s\"}", "attemptDeadline"),
                ("\(start)\(target),\"attemptDeadline\":\"20.s\"}", "attemptDeadline"),
                ("\(start)\(target),\"attemptDeadline\":20}", "attemptDeadline"),
                ("\(start)\(target),\"missedRunPolicy\":\"sometimes\"}", "RUN_ONCE"),
                ("\(start)\(target),\"startDeadline\":\"0s\"}", "start deadline"),
                ("\(start)\(target),\"retryConfig\":{\"retryCount\":6}}", "retryCount"),
                ("\(start)\(target),\"retryConfig\":{\"retryCount\":1.5}}", "retryCount"),
                ("\(start)\(target),\"retryConfig\":{\"retries\":1}}", "retryConfig.retries"),
                ("\(start)\(target),\"retryConfig\":{\"minBackoffDuration\":\"2h\"}}", "minBackoffDuration"),
                ("\(start)\(target),\"pubsubTarget\":{\"topicName\":\"t\",\"data\":\"e30=\"}}", "not both"),
                ("\(start)\"pubsubTarget\":{\"data\":\"e30=\"}}", "topicName"),
                ("\(start)\"pubsubTarget\":{\"topicName\":\"t\",\"data\":\"*\"}}", "Base64"),
                ("\(start)\"pubsubTarget\":{\"topicName\":\"t\",\"attributes\":{\"a\":1}}}", "a"),
                ("\(start)\"pubsubTarget\":{\"topicName\":\"t\"}}", "nothing to publish"),
                ("\(start)\"pubsubTarget\":{\"topicName\":\"t\",\"x\":1}}", "pubsubTarget.x"),
                ("\(start)\"httpTarget\":{}}", "uri"), ("\(start)\"httpTarget\":\"http://a/\"}", "httpTarget"),
                ("\(start)\"httpTarget\":{\"uri\":\"ftp://a/\"}}", "http"),
                ("\(start)\"httpTarget\":{\"uri\":\"http://a/\",\"httpMethod\":\"BREW\"}}", "httpMethod"),
                ("\(start)\"httpTarget\":{\"uri\":\"http://a/\",\"body\":\"*\"}}", "Base64"),
                ("\(start)\"httpTarget\":{\"uri\":\"http://a/\",\"httpMethod\":\"GET\",\"body\":\"e30=\"}}", "body"),
                ("\(start)\"httpTarget\":{\"uri\":\"http://a/\",\"headers\":{\"X\":1}}}", "X"),
                ("\(start)\"httpTarget\":{\"uri\":\"http://a/\",\"headers\":{\"X\":\"1\",\"x\":\"2\"}}}", "twice"),
                ("\(start)\"httpTarget\":{\"uri\":\"http://a/\",\"headers\":{\"X\":\"a\\nb\"}}}", "X"),
            ]
            for (body, words) in bad {
                let answer = try await daemon.ask("POST", "/admin/v1/scheduler/jobs", body)
                let error = answer.json.object?["error"]?.object
                #expect(answer.status == 400, "\(body)")
                #expect(error?["message"]?.string?.contains(words) == true, "\(body): \(answer.json)")
            }
            #expect(try await daemon.scheduler.jobs().isEmpty)
            _ = try await daemon.ask("POST", "/admin/v1/scheduler/jobs", Self.minimal("kept"))
            let before = try await daemon.scheduler.job("kept")
            for body in [
                #"{"name":"other"}"#, #"{"schedule":null}"#, #"{"httpTarget":null}"#, #"{"timeZone":"Mars/Olympus"}"#,
                #"{"retryConfig":{"retryCount":9}}"#, #"{"state":"RUNNING"}"#,
            ] {
                let answer = try await daemon.ask("PATCH", "/admin/v1/scheduler/jobs/kept", body)
                #expect(answer.status == 400, "\(body)")
            }
            #expect(try await daemon.scheduler.job("kept") == before)
        }
    }

    private static func minimal(_ name: String) -> String {
        #"{"name":"\#(name)","schedule":"0 0 1 1 *","httpTarget":{"uri":"http://127.0.0.1:1/x"}}"#
    }
}

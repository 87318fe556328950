import Commands
import Testing

@Suite struct OperationsTests {
    private let record = """
        {"time":"2026-11-22T10:08:56.000125Z","endTime":"2026-11-22T10:08:56.000225Z","principal":"user:root","uid":0,\
        "gid":0,"pid":7,"peer":"unix:/run/trivet/admin.sock","method":"purge","resource":"purge",\
        "parameters":{"b":"2","a":"\\u001b[2J"},"result":"denied","status":403,"message":"no","requestId":"r1"}
        """

    @Test("audit list passes its filters on, follows pages, and shows no character that a terminal obeys")
    func audit() async {
        let bench = CommandBench()
        let query = "since=1h&until=5m&principal=root&method=purge&resource=purge&result=denied"
        bench.daemon.answer(
            "GET /admin/v1/audit?\(query)&limit=3", "{\"records\":[\(record)],\"nextPageToken\":\"t\"}")
        bench.daemon.answer("GET /admin/v1/audit?\(query)&limit=2&pageToken=t", "{\"records\":[\(record)]}")
        let exit = await bench.run(
            "audit", "list", "--since", "1h", "--until", "5m", "--principal", "root", "--method", "purge",
            "--resource", "purge", "--result", "denied", "--limit", "3")
        #expect(exit == 0)
        #expect(bench.output.lines.count == 3)
        #expect(bench.output.lines.last?.contains(#"a=\u001b[2J b=2"#) == true)
        #expect(!bench.output.text.contains("\u{1B}"))
        #expect(await bench.run("audit", "list", "--limit", "0") == 2)
    }

    @Test("config diff shows what differs, with exit code 0, and makes a relative file absolute")
    func diff() async {
        let bench = CommandBench()
        let body = """
            {"configFile":"/x.yaml","differences":[{"key":"project","running":"a","onDisk":"b","source":"/x.yaml:1",\
            "effect":"restart"}]}
            """
        bench.daemon.answer("GET /admin/v1/config:diff", body)
        bench.daemon.answer("GET /admin/v1/config:diff?file=%2Fx.yaml", #"{"differences":[]}"#)
        #expect(await bench.run("config", "diff") == 0)
        #expect(
            bench.output.lines == [
                "KEY      RUNNING  ON_DISK  EFFECT   SOURCE", "project  a        b        restart  /x.yaml:1",
            ])
        #expect(await bench.run("config", "diff", "--config", "/x.yaml", "--format", "json") == 0)
        #expect(bench.output.lines.last == "[]")
    }

    @Test("config reload shows what changed, and a refusal with exit code 1")
    func reload() async {
        let bench = CommandBench()
        bench.daemon.answer(
            "POST /admin/v1/config:reload",
            """
            {"changes":[{"key":"project","before":"a","after":"b","source":"/x:1","applied":false},\
            {"key":"log.level","before":"info","after":"debug","source":"/x:2","applied":true}]}
            """)
        bench.daemon.answer(
            "POST /admin/v1/config:reload", status: 400,
            Sample.failure(400, "FAILED_PRECONDITION", "the settings are wrong"))
        #expect(await bench.run("config", "reload") == 0)
        #expect(bench.output.text.contains("needs a restart"))
        #expect(bench.output.text.contains("applied"))
        #expect(await bench.run("config", "reload") == 1)
        #expect(bench.messages.text.contains("the settings are wrong"))
    }

    @Test("log level shows, sets and resets; --for goes with a level only")
    func logLevel() async {
        let bench = CommandBench()
        let info = #"{"level":"info","source":"default","setting":"info"}"#
        let debug = #"{"level":"debug","source":"trivetctl log level","setting":"info","until":"2026-11-22T10:08:56Z"}"#
        bench.daemon.answer("GET /admin/v1/log/level", info)
        bench.daemon.answer("POST /admin/v1/log/level", debug)
        bench.daemon.answer("DELETE /admin/v1/log/level", info)
        #expect(await bench.run("log", "level", "--format", "value(level)") == 0)
        #expect(await bench.run("log", "level", "debug", "--for", "5m", "--format", "value(level,until)") == 0)
        #expect(await bench.run("log", "level", "reset", "--format", "value(level)") == 0)
        #expect(bench.output.lines == ["info", "debug\t2026-11-22T10:08:56Z", "info"])
        #expect(bench.daemon.bodies == [#"{"for":"5m","level":"debug"}"#])
        #expect(await bench.run("log", "level", "--for", "5m") == 2)
        #expect(await bench.run("log", "level", "reset", "--for", "5m") == 2)
    }
}

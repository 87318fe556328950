import Commands
import Testing

@Suite struct DaemonTests {
    @Test("status shows the daemon at a glance, and drops in full")
    func status() async {
        let bench = CommandBench()
        bench.daemon.answer("GET /admin/v1/status", Sample.status)
        #expect(await bench.run("status") == 0)
        #expect(bench.output.text.contains("serving"))
        #expect(bench.output.text.contains("records dropped (buffer_full)"))
        #expect(await bench.run("status", "--format", "value(requestLog.served,requestLog.buffered)") == 0)
        #expect(bench.output.lines.last == "3\t1")
    }

    @Test("services are listed and described")
    func services() async {
        let bench = CommandBench()
        bench.daemon.answer("GET /admin/v1/services", "{\"services\":[\(Sample.service)]}")
        bench.daemon.answer("GET /admin/v1/services/hello-world-service", Sample.service)
        #expect(await bench.run("services", "list") == 0)
        #expect(
            bench.output.lines == [
                "NAME                 URL                    ADDRESSES       AUTHENTICATION",
                "hello-world-service  http://127.0.0.1:8080  127.0.0.1:8080  none",
            ])
        #expect(await bench.run("services", "describe", "hello-world-service", "--format", "value(url)") == 0)
        #expect(bench.output.lines.last == "http://127.0.0.1:8080")
    }

    @Test("health ends with 1 when a check fails and with 0 when one only warns")
    func health() async {
        for (status, exit) in [("pass", Int32(0)), ("warn", 0), ("fail", 1)] {
            let bench = CommandBench()
            bench.daemon.answer(
                "GET /admin/v1/health",
                """
                {"status":"\(status)","phase":"serving","checks":[{"name":"disk","status":"\(status)",\
                "since":"2026-11-22T10:00:00Z","message":"12 MiB free"}]}
                """)
            #expect(await bench.run("health") == exit)
            #expect(bench.output.text.contains("12 MiB free"))
        }
    }

    @Test("version works without a daemon")
    func version() async {
        let bench = CommandBench()
        bench.daemon.answer("GET /admin/v1/version", #"{"version":"0.2.0"}"#)
        #expect(await bench.run("version", "--format", "ndjson") == 0)
        #expect(bench.output.text == #"{"trivetctl":"0.1.0","trivetd":"0.2.0"}"# + "\n")
        bench.daemon.stop()
        #expect(await bench.run("version", "--format", "value(trivetctl,trivetd)") == 0)
        #expect(bench.output.lines.last == "0.1.0\t")
    }

    @Test("purge sends what it was told, and tells a dry run apart")
    func purge() async {
        let bench = CommandBench()
        bench.daemon.answer("POST /admin/v1/purge", #"{"deleted":12}"#)
        #expect(await bench.run("purge") == 0)
        #expect(bench.output.text == "deleted  12\n")
        bench.daemon.answer("POST /admin/v1/purge", #"{"deleted":3,"dryRun":true}"#)
        #expect(await bench.run("purge", "--older-than", "3m", "--dry-run") == 0)
        #expect(bench.daemon.bodies == [#"{"dryRun":false}"#, #"{"dryRun":true,"olderThan":"3m"}"#])
    }

    @Test("config show lists settings and their sources")
    func configShow() async {
        let bench = CommandBench()
        bench.daemon.answer(
            "GET /admin/v1/config",
            #"{"configFile":null,"settings":[{"key":"purge.retain","value":"3m","source":"default"}]}"#)
        #expect(await bench.run("config", "show") == 0)
        #expect(bench.output.lines == ["KEY           VALUE  SOURCE", "purge.retain  3m     default"])
    }
}

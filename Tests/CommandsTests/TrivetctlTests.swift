import Commands
import Testing

@Suite struct TrivetctlTests {
    @Test(
        "Help and version are data and end with 0",
        arguments: [["--help"], ["--version"], ["logs", "--help"], ["datastore"]])
    func helpIsData(arguments: [String]) async {
        let bench = CommandBench()
        #expect(await bench.run(arguments) == 0)
        #expect(!bench.output.text.isEmpty)
        #expect(bench.messages.text.isEmpty)
    }

    @Test(
        "Wrong usage ends with 2 and says so on stderr only",
        arguments: [
            ["bogus"], ["status", "extra"], ["status", "--format", "xml"], ["logs", "read", "--limit", "0"],
            ["logs", "tail", "--limit", "-1"], ["scheduler", "runs", "list", "--limit", "x"],
            ["datastore", "entities", "describe"], ["status", "--format", "value()"],
        ])
    func wrongUsage(arguments: [String]) async {
        let bench = CommandBench()
        #expect(await bench.run(arguments) == 2)
        #expect(bench.output.text.isEmpty)
        #expect(!bench.messages.text.isEmpty)
    }

    @Test("Without a daemon the exit code is 3")
    func unreachable() async {
        let bench = CommandBench()
        bench.daemon.stop()
        #expect(await bench.run("status") == 3)
        #expect(bench.messages.text == "trivetctl: no daemon answers on /test.sock\n")
    }

    @Test(
        "The daemon's refusals become exit codes",
        arguments: [
            (400, "INVALID_ARGUMENT", 2), (400, "FAILED_PRECONDITION", 1), (403, "PERMISSION_DENIED", 4),
            (404, "NOT_FOUND", 5), (409, "ABORTED", 1), (500, "INTERNAL", 1), (503, "UNAVAILABLE", 1),
        ])
    func refusals(code: Int, status: String, exit: Int32) async {
        let bench = CommandBench()
        bench.daemon.answer(
            "GET /admin/v1/services/nobody", status: code, Sample.failure(code, status, "it is so"))
        #expect(await bench.run("services", "describe", "nobody") == exit)
        #expect(bench.output.text.isEmpty)
        #expect(bench.messages.text == "trivetctl: it is so\n")
    }

    @Test(
        "An answer that is not understood is a failure, not a crash",
        arguments: ["", "{", "[]", "{\"jobs\":1}", "\u{0}"])
    func garbage(body: String) async {
        let bench = CommandBench()
        bench.daemon.answer("GET /admin/v1/scheduler/jobs", body)
        #expect(await bench.run("scheduler", "jobs", "list") == 1)
    }

    @Test("A reader that is gone ends the command quietly")
    func brokenPipe() async {
        let bench = CommandBench()
        bench.output.close(afterWrites: 0)
        bench.daemon.answer("GET /admin/v1/status", Sample.status)
        #expect(await bench.run("status") == 0)
        #expect(bench.messages.text.isEmpty)
    }

    @Test("A full disk under stdout is a failure")
    func fullDisk() async {
        let bench = CommandBench()
        bench.output.fail(.failed("No space left on device"))
        bench.daemon.answer("GET /admin/v1/status", Sample.status)
        #expect(await bench.run("status") == 1)
        #expect(bench.messages.text.contains("No space left on device"))
    }

    @Test("What the daemon says cannot steer the terminal")
    func messagesAreEscaped() async {
        let bench = CommandBench()
        bench.daemon.answer(
            "GET /admin/v1/status", status: 500, Sample.failure(500, "INTERNAL", #"\u001b]0;owned\u0007"#))
        #expect(await bench.run("status") == 1)
        #expect(bench.messages.text == "trivetctl: \\u001b]0;owned\\u0007\n")
    }
}

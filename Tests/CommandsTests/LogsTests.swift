import Commands
import JSON
import Testing

@Suite struct LogsTests {
    private let tail = "GET /admin/v1/logs:tail"

    private func line(_ member: String, _ json: String) -> String { "{\"\(member)\":\(json)}\n" }

    @Test("read passes its filters on and shows the newest first as they come")
    func read() async {
        let bench = CommandBench()
        let query =
            "service=a&service=b&status=404&status=5xx&method=POST&route=%2Fapi%2Fv1%2Fhello&text=x%20y&since=10m"
            + "&until=2026-01-01T00%3A00%3A00Z&limit=5"
        bench.daemon.answer("GET /admin/v1/logs?\(query)", "{\"entries\":[\(Sample.entry(2)),\(Sample.entry(1))]}")
        let exit = await bench.run(
            "logs", "read", "--service", "a", "--service", "b", "--status", "404", "--status", "5xx", "--method",
            "POST", "--route", "/api/v1/hello", "--text", "x y", "--since", "10m", "--until", "2026-01-01T00:00:00Z",
            "--limit", "5", "--format", "value(insertId,httpRequest.status)")
        #expect(exit == 0)
        #expect(bench.output.lines == ["00000001-00000000000002\t200", "00000001-00000000000001\t200"])
    }

    @Test("read follows pages")
    func pages() async {
        let bench = CommandBench()
        bench.daemon.answer(
            "GET /admin/v1/logs?limit=3",
            "{\"entries\":[\(Sample.entry(3)),\(Sample.entry(2))],\"nextPageToken\":\"t\"}")
        bench.daemon.answer("GET /admin/v1/logs?limit=1&pageToken=t", "{\"entries\":[\(Sample.entry(1))]}")
        #expect(await bench.run("logs", "read", "--limit", "3", "--format", "ndjson") == 0)
        #expect(bench.output.lines.count == 3)
        #expect(bench.output.lines.first == Sample.entry(3))
    }

    @Test("A URL in the log cannot steer the terminal")
    func hostileURL() async {
        let bench = CommandBench()
        bench.daemon.answer(
            "GET /admin/v1/logs?limit=100", "{\"entries\":[\(Sample.entry(1, url: #"/\u001b[2J\u009b\n"#))]}")
        #expect(await bench.run("logs", "read") == 0)
        #expect(bench.output.text.contains(#"/\u001b[2J\u009b\n"#))
        #expect(!bench.output.text.contains("\u{1B}"))
    }

    @Test("tail shows records, marks gaps, passes over heartbeats, and stops at its limit")
    func tailRecords() async {
        let bench = CommandBench()
        bench.daemon.answer(
            tail + "?status=2xx&after=00000001-00000000000001",
            chunks: [
                line("heartbeat", #"{"time":"2026-11-22T10:00:00Z"}"#), line("entry", Sample.entry(2)),
                line("gap", #"{"dropped":12,"after":"00000001-00000000000002"}"#) + line("entry", Sample.entry(15)),
                line("entry", Sample.entry(16)),
            ])
        let exit = await bench.run(
            "logs", "tail", "--status", "2xx", "--after", "00000001-00000000000001", "--limit", "2", "--format",
            "ndjson")
        #expect(exit == 0)
        #expect(
            bench.output.lines == [
                Sample.entry(2), #"{"gap":{"after":"00000001-00000000000002","dropped":12}}"#, Sample.entry(15),
            ])
    }

    @Test("The gap marker is in the table too, and with value(FIELD) on stderr")
    func gapInTable() async {
        for (format, isData) in [("table", true), ("value(insertId)", false)] {
            let bench = CommandBench()
            bench.daemon.answer(
                tail, chunks: [line("gap", #"{"dropped":1,"after":"x"}"#), line("entry", Sample.entry(2))])
            #expect(await bench.run("logs", "tail", "--limit", "1", "--format", format) == 0)
            #expect(bench.output.text.contains("1 record was dropped after x") == isData)
            #expect(bench.messages.text.contains("1 record was dropped after x") == !isData)
        }
    }

    @Test("When the stream ends or breaks, the words say how to go on and the exit code is 3")
    func resumption() async {
        let broken = CommandError(.unreachable, "gone")
        for breaks in [nil, broken] {
            let bench = CommandBench()
            bench.daemon.answer(tail, chunks: [line("entry", Sample.entry(2))], breaks: breaks)
            #expect(await bench.run("logs", "tail") == 3)
            #expect(bench.messages.text.contains("trivetctl logs tail --after 00000001-00000000000002"))
        }
    }

    @Test("A reader that is gone ends the tail at a record, or at a heartbeat")
    func brokenPipe() async {
        let endings = [line("entry", Sample.entry(3)), line("heartbeat", #"{"time":"t"}"#)]
        for ending in endings {
            let bench = CommandBench()
            bench.output.close(afterWrites: 1)
            bench.daemon.answer(tail, chunks: [line("entry", Sample.entry(2)), ending])
            #expect(await bench.run("logs", "tail", "--format", "ndjson") == 0)
            #expect(bench.output.lines == [Sample.entry(2)])
        }
    }

    @Test("A refused tail has the daemon's words and exit code")
    func refused() async {
        let bench = CommandBench()
        bench.daemon.answer(
            tail + "?after=x", status: 400, Sample.failure(400, "INVALID_ARGUMENT", "after is not an insertId"))
        #expect(await bench.run("logs", "tail", "--after", "x") == 2)
        #expect(bench.messages.text == "trivetctl: after is not an insertId\n")
    }

    @Test("An error inside the stream ends the tail with 1")
    func errorInStream() async {
        let bench = CommandBench()
        bench.daemon.answer(
            tail, chunks: [line("error", #"{"code":503,"message":"the log is closed","status":"UNAVAILABLE"}"#)])
        #expect(await bench.run("logs", "tail") == 1)
        #expect(bench.messages.text.contains("the log is closed"))
    }
}

import Commands
import Testing

@Suite struct MetricsTests {
    private static func answer(_ values: [String], unit: Int = 60) -> String {
        let points = values.enumerated().map { index, value in
            let minute = String(100 + index).dropFirst()
            return #"{"time":"2026-11-22T10:\#(minute):00Z","value":\#(value)}"#
        }
        return """
            {"start":"2026-11-22T10:00:00Z","end":"2026-11-22T10:08:00Z","stepSeconds":60,"tierSeconds":10,"series":[\
            {"name":"x_total","kind":"counter","labels":{"a":"1","b":"2"},"points":[\(points.joined(separator: ","))]}]}
            """
    }

    private static let target = "GET /admin/v1/metrics:query?selector=x_total&since=1h"

    @Test("list shows what to select a series by")
    func list() async {
        let bench = CommandBench()
        bench.daemon.answer(
            "GET /admin/v1/metrics?name=x",
            #"{"metrics":[{"name":"x","kind":"gauge","labels":{"a":"1"},"selector":"x{a=\"1\"}","lastTime":"2026-11-22T10:00:00Z"}]}"#
        )
        #expect(await bench.run("metrics", "list", "--name", "x") == 0)
        #expect(bench.output.lines.last == "gauge  2026-11-22T10:00:00Z  x{a=\"1\"}")
    }

    @Test("every option reaches the daemon")
    func options() async {
        let bench = CommandBench()
        bench.daemon.answer(
            "GET /admin/v1/metrics:query?selector=x%7Ba%3D%221%22%7D&quantile=0.99&merge=true&since=6h&until=1h&step=1m",
            Self.answer([]))
        let exit = await bench.run(
            "metrics", "query", "x{a=\"1\"}", "--quantile", "0.99", "--merge", "--since", "6h", "--until", "1h",
            "--step",
            "1m")
        #expect(exit == 0)
        bench.daemon.answer("\(Self.target.replacing("&since", with: "&rate=true&since"))", Self.answer([]))
        #expect(await bench.run("metrics", "query", "x_total", "--rate") == 0)
        #expect(bench.output.lines.last == "x_total{a=\"1\",b=\"2\"}  no values")
        #expect(await bench.run("metrics", "query", "x_total", "--rate", "--quantile", "0.5") == 2)
        #expect(await bench.run("metrics", "query", "x_total", "--quantile", "1.5") == 2)
    }

    @Test("the chart has a column for each bucket, and the width of the terminal")
    func chart() async {
        var bench = CommandBench()
        bench.terminal = Terminal(output: true, columns: 44)
        bench.environment = ["NO_COLOR": "1", "LANG": "en_US.UTF-8"]
        bench.daemon.answer(Self.target, Self.answer(["0", "1000", "2000", "null", "4000", "8000", "4000", "2000"]))
        #expect(await bench.run("metrics", "query", "x_total") == 0)
        let lines = bench.output.lines
        #expect(lines[0] == "x_total{a=\"1\",b=\"2\"}  min 0  max 8k  last 2k")
        // 39 columns are left of 44: four for each of eight buckets.
        #expect(lines[1] == "8k │" + String(repeating: " ", count: 20) + "████")
        #expect(lines[8] == " 0 │▁▁▁▁████████    ████████████████")
        #expect(lines[9] == "   └" + String(repeating: "─", count: 32))
        #expect(lines[10].hasPrefix("    2026-11-22T10:00:00Z"))
        #expect(lines.count == 11)
        #expect(!bench.output.text.contains("\u{1B}"))
        #expect(lines.dropLast().dropFirst().allSatisfy { $0.count <= 44 })
    }

    @Test("without UTF-8 the chart is plain ASCII, and many buckets share a column")
    func ascii() async {
        var bench = CommandBench()
        bench.environment = ["COLUMNS": "12"]
        bench.daemon.answer(Self.target, Self.answer((0..<60).map { "\($0)" }))
        #expect(await bench.run("metrics", "query", "x_total") == 0)
        #expect(bench.output.text.utf8.allSatisfy { $0 < 0x80 })
        #expect(bench.output.text.contains("#"))
    }

    @Test("JSON is a list of series, NDJSON a series a line")
    func json() async {
        let bench = CommandBench()
        bench.daemon.answer(Self.target, Self.answer(["1", "2.5"]))
        #expect(await bench.run("metrics", "query", "x_total", "--format", "ndjson") == 0)
        #expect(bench.output.lines.count == 1)
        #expect(bench.output.text.contains(#""points":[{"time":"2026-11-22T10:00:00Z","value":1}"#))
        #expect(await bench.run("metrics", "query", "x_total", "--format", "json") == 0)
        #expect(bench.output.lines.last == "]")
    }
}

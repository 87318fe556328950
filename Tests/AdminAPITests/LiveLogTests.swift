import Health
import JSON
import TestSupport
import Testing

@testable import AdminAPI

@Suite(.timeLimit(.minutes(20))) struct LiveLogTests {
    @Test("logs read filters, pages and orders newest first")
    func read() async throws {
        try await LiveDaemon.run { daemon in
            try await daemon.record(3)
            try await daemon.record(2, status: 404, url: "/nowhere")
            let all = await daemon.trivetctl("logs", "read", "--format", "value(insertId,httpRequest.status)")
            #expect(all.exit == 0)
            #expect(all.lines.count == 5)
            #expect(all.lines == all.lines.sorted().reversed())
            let bad = await daemon.trivetctl(
                "logs", "read", "--status", "4xx", "--method", "post", "--text", "NOWHERE", "--since", "1h",
                "--service",
                "hello-world-service", "--route", "/api/v1/hello", "--limit", "1", "--format",
                "value(httpRequest.requestUrl,httpRequest.latency,severity)")
            #expect(bad.lines == ["/nowhere?n=1\t0.000125s\tWARNING"])
            #expect(await daemon.trivetctl("logs", "read", "--until", "1h", "--format", "ndjson").lines.isEmpty)
            let first = try await daemon.ask("GET", "/admin/v1/logs?limit=2").json.object
            let token = try #require(first?["nextPageToken"]?.string)
            let second = try await daemon.ask("GET", "/admin/v1/logs?limit=3&pageToken=\(token)").json.object
            #expect(second?["entries"]?.array?.count == 3)
            #expect(second?["nextPageToken"] == nil)
        }
    }

    @Test("logs tail goes on behind an insertId without gap or double, and follows what comes")
    func tail() async throws {
        try await LiveDaemon.run { daemon in
            try await daemon.record(5)
            let ids = await daemon.trivetctl("logs", "read", "--format", "value(insertId)").lines
            let oldest = try #require(ids.last)
            async let tailed = daemon.trivetctl(
                "logs", "tail", "--after", oldest, "--limit", "24", "--format", "value(insertId)")
            for _ in 0..<10 { try await daemon.record(2) }
            let seen = await tailed
            #expect(seen.exit == 0)
            #expect(seen.lines.count == 24)
            #expect(seen.lines == Set(seen.lines).sorted())
            let after = await daemon.trivetctl("logs", "read", "--format", "value(insertId)").lines
            #expect(Array(after.reversed().dropFirst()) == seen.lines)
        }
    }

    @Test("logs tail starts now when it is not told where, and filters")
    func tailFromNow() async throws {
        try await LiveDaemon.run { daemon in
            try await daemon.record(3)
            async let tailed = daemon.trivetctl(
                "logs", "tail", "--status", "500", "--limit", "1", "--format", "value(httpRequest.requestUrl)")
            // Until the tail has connected nothing is told to it; so some come until one is seen.
            let feeder = Task {
                while !Task.isCancelled {
                    try await daemon.record(1, status: 200)
                    try await daemon.record(1, status: 500, url: "/failed")
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            let seen = await tailed
            feeder.cancel()
            #expect(seen.exit == 0)
            #expect(seen.lines == ["/failed?n=0"])
        }
    }

    @Test("A tail ends when the daemon drains, with 3 and how to go on")
    func drain() async throws {
        try await LiveDaemon.run { daemon in
            try await daemon.record(2)
            let ids = await daemon.trivetctl("logs", "read", "--format", "value(insertId)").lines
            let (oldest, newest) = (try #require(ids.last), try #require(ids.first))
            let output = CapturedSink()
            async let tailed = daemon.trivetctl(
                ["logs", "tail", "--after", oldest, "--format", "value(insertId)"], output: output)
            try await eventually("the tail is where the log ends") { output.text.contains(newest) }
            daemon.health.enter(.draining)
            let seen = await tailed
            #expect(seen.exit == 3)
            #expect(seen.words.contains("--after \(newest)"))
        }
    }
}

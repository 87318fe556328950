import Testing

@testable import Commands

@Suite struct AdminClientTests {
    @Test("Names go into paths and queries as bytes, whatever they hold")
    func encoding() async {
        let bench = CommandBench()
        bench.daemon.answer("GET /admin/v1/services/a%2Fb%20%C3%A9%3F%00", status: 404, "")
        #expect(await bench.run("services", "describe", "a/b é?\u{0}") == 5)
        bench.daemon.answer("GET /admin/v1/services/%2E%2E", status: 404, "")
        #expect(await bench.run("services", "describe", "..") == 5)
        bench.daemon.answer("GET /admin/v1/datastore/kinds?namespace=a%26b%3Dc", #"{"namespace":"a&b=c","kinds":[]}"#)
        #expect(await bench.run("datastore", "kinds", "list", "--namespace", "a&b=c") == 0)
    }

    @Test("An error without a body still tells the status")
    func bareError() {
        let error = AdminClient.failure(AdminResponse(status: 502, body: []))
        #expect(error == CommandError(.failed, "the daemon answered 502", httpStatus: 502))
    }

    @Test("Lines are cut wherever the pieces were, and half a line is not a line")
    func lines() async throws {
        let daemon = FakeDaemon()
        daemon.answer("GET /x", chunks: ["a\nb", "c", "\n\nd\n", "half"])
        var lines = try await AdminClient(transport: daemon).lines("/x", query: [])
        var seen: [String] = []
        while let line = try await lines.next() { seen.append(String(decoding: line, as: UTF8.self)) }
        #expect(seen == ["a", "bc", "", "d"])
    }

    @Test("Pages are followed to the limit and not beyond")
    func pages() async throws {
        var sizes: [Int] = []
        let rows = try await Pages.collect(limit: 2500) { size, token in
            sizes.append(size)
            let start = Int(token ?? "0") ?? 0
            return (Array(start..<(start + size)), String(start + size))
        }
        #expect(rows == Array(0..<2500))
        #expect(sizes == [1000, 1000, 500])
    }

    @Test("Nobody listens on a path without socket")
    func noSocket() async {
        let transport = CommandContext.live().connect("/nonexistent/trivet.sock")
        await #expect {
            _ = try await transport.send(AdminRequest(method: "GET", target: "/"))
        } throws: {
            ($0 as? CommandError)?.status == .unreachable
        }
    }
}

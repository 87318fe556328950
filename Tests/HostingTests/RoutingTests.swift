import HTTPTypes
import Testing

@testable import Hosting

@Suite("Routes, targets and headers") struct RoutingTests {
    private static func resolve(_ paths: [String], _ target: String) throws -> String? {
        let table = RouteTable(paths.map { Route(.get, $0) { _ in .text("") } })
        guard case .route(let route, _, let parameters) = table.resolve(.get, try RequestTarget(parsing: target)) else {
            return nil
        }
        return ([route.path] + parameters.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }).joined(separator: " ")
    }

    @Test("The narrower route wins, in whatever order they were declared")
    func precedence() throws {
        let paths = ["/{rest+}", "/a/{x}", "/a/{x}:run", "/a/b", "/a/{x}/c"]
        for paths in [paths, paths.reversed()] {
            #expect(try Self.resolve(paths, "/a/b") == "/a/b")
            #expect(try Self.resolve(paths, "/a/b:run") == "/a/{x}:run x=b")
            #expect(try Self.resolve(paths, "/a/q") == "/a/{x} x=q")
            #expect(try Self.resolve(paths, "/a/q/c") == "/a/{x}/c x=q")
            #expect(try Self.resolve(paths, "/a/q/d") == "/{rest+} rest=a/q/d")
            #expect(try Self.resolve(paths, "/a/:run") == "/a/{x} x=:run")
        }
        #expect(try Self.resolve(["/a/{rest+}"], "/a") == nil)
        #expect(try Self.resolve(["/"], "/") == "/")
        #expect(try Self.resolve(["/"], "/?x=1") == "/")
        #expect(try Self.resolve(["/a"], "/a%2F") == nil)
    }

    @Test("traceparent is taken as the W3C says, and nothing else")
    func traceparents() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        #expect(TraceContext(traceparent: good)?.isSampled == true)
        #expect(TraceContext(traceparent: good.replacing("-01", with: "-00"))?.isSampled == false)
        #expect(TraceContext(traceparent: "cc" + good.dropFirst(2) + "-later") != nil)
        for bad in [
            "", "00", "ff" + good.dropFirst(2), good + "-x", good.uppercased(), String(good.dropLast()), "0" + good,
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        ] {
            #expect(TraceContext(traceparent: bad) == nil, "\(bad)")
        }
    }

    @Test("X-Cloud-Trace-Context is taken with and without span and options")
    func cloudTraces() {
        let trace = "0af7651916cd43dd8448eb211c80319c"
        #expect(TraceContext(cloudTraceContext: trace)?.spanID == nil)
        #expect(TraceContext(cloudTraceContext: "\(trace)/1")?.spanID == "0000000000000001")
        #expect(TraceContext(cloudTraceContext: "\(trace)/18446744073709551615;o=0")?.spanID == "ffffffffffffffff")
        #expect(TraceContext(cloudTraceContext: "\(trace)/x;o=1")?.isSampled == true)
        #expect(TraceContext(cloudTraceContext: "short/1") == nil)
        #expect(TraceContext(cloudTraceContext: "") == nil)
    }

    @Test("Dates are written as HTTP writes them, leap days included")
    func dates() {
        #expect(HTTPDate.text(second: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(second: 1_609_063_736) == "Sun, 27 Dec 2020 10:08:56 GMT")
        #expect(HTTPDate.text(second: 1_709_164_800) == "Thu, 29 Feb 2024 00:00:00 GMT")
        #expect(HTTPDate.text(second: 4_107_542_399) == "Sun, 28 Feb 2100 23:59:59 GMT")
    }

    @Test("Percent-decoding refuses what is not well formed and what is not UTF-8")
    func percentDecoding() {
        #expect(PercentCoding.decode("a%20%C3%A9+%2b".utf8) == "a é++")
        #expect(PercentCoding.decode("a+b".utf8, plusIsSpace: true) == "a b")
        for bad in ["%", "%1", "%g0", "%0g", "%ff", "%C3", "%ED%A0%80"] {
            #expect(PercentCoding.decode(bad.utf8) == nil)
        }
    }

    @Test("A query's items keep their order, and a name may come twice")
    func queries() throws {
        let query = try RequestTarget(parsing: "/x?a=1&b&a=2&=c&d=e=f").query
        #expect(query["a"] == "1")
        #expect(query.all("a") == ["1", "2"])
        #expect(query["b"] == "" && query[""] == "c" && query["d"] == "e=f" && query["z"] == nil)
    }

    @Test("A request line is read only when it is one")
    func requestLines() {
        #expect(RequestLine("BREW /tea HTTP/1.1\r\nHost".utf8)?.method == "BREW")
        for bad in [
            "BREW /tea\r\n", "brew /tea HTTP/1.1\r\n", "BREW  /tea HTTP/1.1\r\n", "BREW /tea HTTP/2.0\r\n",
            "BREW /tea HTTP/1.1",
        ] {
            #expect(RequestLine(bad.utf8) == nil, "\(bad)")
        }
    }
}

import Datastore
import HTTPTypes
import Hosting
import Testing

@testable import AdminAPI

@Suite struct AdminCallTests {
    private let now = Timestamp(microseconds: 1_000_000_000_000)

    private func call(_ query: String, _ allowed: [QueryParameter]) throws -> AdminCall {
        try AdminCall(try HostedRequest(.get, "/?\(query)"), allowed: allowed, now: now)
    }

    @Test("Unknown and doubled parameters are refused")
    func strict() throws {
        #expect(throws: AdminProblem.self) { try call("statsu=404", ["status"]) }
        #expect(throws: AdminProblem.self) { try call("a=1&a=1", ["a"]) }
        #expect(throws: AdminProblem.self) { try call("e%CC%81=", ["\u{E9}"]) }
        #expect(try call("a=1&a=2", [.any("a")]).all("a") == ["1", "2"])
    }

    @Test("A limit is 1 to 1000", arguments: ["0", "1001", "-1", "x", "", "1e2", "99999999999999999999"])
    func limits(text: String) throws {
        let call = try call("limit=\(text)", ["limit"])
        #expect(throws: AdminProblem.self) { try call.limit() }
    }

    @Test("Without a limit it is 100")
    func defaultLimit() throws {
        #expect(try call("", ["limit"]).limit() == 100)
        #expect(try call("limit=1000", ["limit"]).limit() == 1_000)
    }

    @Test("Instants are durations back from now, or RFC 3339")
    func instants() throws {
        func instant(_ text: String) throws -> Timestamp? { try call("since=\(text)", ["since"]).instant("since") }
        #expect(try instant("10m") == Timestamp(microseconds: 1_000_000_000_000 - 600_000_000))
        #expect(try instant("1970-01-01T00:00:01Z") == Timestamp(microseconds: 1_000_000))
        #expect(try call("", ["since"]).instant("since") == nil)
        for text in ["", "yesterday", "-5m", "5", "2026-13-01T00:00:00Z"] {
            #expect(throws: AdminProblem.self) { try instant(text) }
        }
        #expect(try instant("100000000d") != nil)
    }

    @Test("A body's unknown members are refused, no body is an empty one")
    func bodies() async throws {
        func body(_ text: String) async throws -> Int {
            let request = try HostedRequest(
                .post, "/", headers: [.contentType: "application/json"], body: Array(text.utf8))
            return try await AdminCall(request, allowed: [], now: now).body(allowed: ["a"]).count
        }
        #expect(try await body("") == 0)
        #expect(try await body("{}") == 0)
        #expect(try await body(#"{"a":1}"#) == 1)
        await #expect(throws: AdminProblem.self) { try await body(#"{"b":1}"#) }
        await #expect(throws: HTTPProblem.self) { try await body("[]") }
        await #expect(throws: HTTPProblem.self) { try await body("{") }
    }
}

import HTTPTypes
import Testing

@testable import Hosting

@Suite("What a client would like to get")
struct NegotiationTests {
    private static let offers: [(type: MediaType, offer: String)] = [
        (MediaType("text", "plain", parameters: ["version": "0.0.4", "charset": "utf-8"]), "text"),
        (MediaType("application", "openmetrics-text", parameters: ["version": "1.0.0"]), "open"),
    ]

    private func request(_ name: HTTPField.Name, _ values: [String]) throws -> HostedRequest {
        var headers = HTTPFields()
        for value in values { headers.append(HTTPField(name: name, value: value)) }
        return try HostedRequest(.get, "/metrics", headers: headers)
    }

    private func preferred(_ accept: String...) throws -> String? {
        try request(.accept, accept).preferred(of: Self.offers)
    }

    @Test("who says nothing, or takes everything, gets the first offer")
    func fallback() throws {
        #expect(try preferred() == "text")
        #expect(try preferred("*/*") == "text")
        #expect(try preferred("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8") == "text")
        #expect(try preferred("text/*") == "text")
    }

    @Test("Prometheus' own headers get OpenMetrics, of whatever version Prometheus is")
    func prometheus() throws {
        let two =
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
            + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
        let three =
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
            + "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
            + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
        let old = "text/plain;version=0.0.4;q=1,*/*;q=0.1"
        #expect(try preferred(two) == "open")
        #expect(try preferred(three) == "open")
        #expect(try preferred(old) == "text")
    }

    @Test(
        "weights decide, then exactness, then order",
        arguments: [
            ("text/plain;q=0.4, application/openmetrics-text;q=0.5", "open"),
            ("text/plain;q=0.5, application/openmetrics-text;q=0.499", "text"),
            ("application/openmetrics-text, */*", "open"), ("*/*, application/openmetrics-text", "open"),
            ("application/openmetrics-text, text/plain", "open"), ("text/plain, application/openmetrics-text", "text"),
            ("application/*", "open"), ("application/openmetrics-text;q=0, */*", "text"),
            ("text/plain;q=0, */*;q=0.001", "open"), ("*/*;q=0.9, text/plain;q=0.1", "open"),
            ("APPLICATION/OpenMetrics-Text ; Version=1.0.0 ; Q=1.000", "open"),
            (#"application/openmetrics-text;version="1.0.0", text/plain;q=0.9"#, "open"),
            (#"application/openmetrics-text;note="a, b;q=0\"";q=1, text/plain;q=0.9"#, "open"),
        ])
    func weights(accept: String, offer: String) throws {
        #expect(try preferred(accept) == offer)
    }

    @Test(
        "what names another version, or is no media range at all, asks for nothing that there is",
        arguments: [
            "application/openmetrics-text;version=0.0.1", "text/plain;version=1.0.0", "text/html", "", ",,,", ";q=1",
            "*/*;q=2", "*/*;q=abc", "*/*;q=0.1234", "*/*;q=1.001", "*/*;q=", "*/*;q=-1", "*/*;q=0", "text plain",
            "text/plain;version", "text/plain;\"x\"=1", "text/plain;a=\"b", "*/plain", "\"text/plain\"", "\\", "\u{FF}",
        ])
    func nothing(accept: String) throws {
        #expect(try preferred(accept) == nil)
    }

    @Test("several headers are one list, and what is malformed in it is passed over alone")
    func several() throws {
        #expect(try preferred("text/plain;q=0.5", "application/openmetrics-text") == "open")
        #expect(try preferred("garbage;;=,", "application/openmetrics-text;q=0.3, text/plain;q=x") == "open")
        #expect(try preferred(String(repeating: "a/b,", count: 3_000) + "application/*") == "open")
    }

    @Test(
        "gzip is for those who ask for it",
        arguments: [
            ("gzip", true), ("gzip, deflate, br", true), ("x-gzip", true), ("*", true), ("GZIP;q=0.1", true),
            ("gzip;q=0.5, identity;q=0.4", true), ("identity, gzip", true), ("identity;q=0, *", true),
            ("gzip;q=0", false), ("gzip;q=0, *", false), ("*;q=0", false), ("deflate", false), ("", false),
            ("gzip;q=0.2, identity;q=0.8", false), ("gzip;q=2", false), ("gzipped", false),
        ])
    func gzip(accept: String, isAccepted: Bool) throws {
        #expect(try request(.acceptEncoding, [accept]).acceptsGzip == isAccepted)
    }

    @Test("a compressed answer says so, and what it depends on; a stream stays as it is")
    func compressed() throws {
        let asking = try request(.acceptEncoding, ["gzip"])
        let plain = HostedResponse.text(String(repeating: "a", count: 10_000)).varying(by: .accept)
        let packed = plain.compressed(for: asking)
        #expect(packed.headers[.contentEncoding] == "gzip")
        #expect(packed.headers[.vary] == "Accept, Accept-Encoding")
        guard case .bytes(let bytes) = packed.body else { return #expect(Bool(false), "no bytes") }
        #expect(bytes.starts(with: [0x1F, 0x8B]) && bytes.count < 200)
        let bare = plain.compressed(for: try request(.acceptEncoding, []))
        #expect(bare.headers[.contentEncoding] == nil && bare.headers[.vary] == "Accept, Accept-Encoding")
        let stream = HostedResponse(body: .stream { _ in }).compressed(for: asking)
        #expect(stream.headers.isEmpty)
    }
}

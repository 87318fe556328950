import JSON
import Testing

@testable import Audit

@Suite struct AuditParametersTests {
    private func make(_ body: String, query: [(name: String, value: String)] = []) throws -> [String: String] {
        let object = try #require(try JSONValue(parsing: Array(body.utf8)).object)
        return AuditParameters.make(query: query, body: object)
    }

    @Test("texts stand as they are, other values as JSON")
    func values() throws {
        let made = try make(
            #"{"olderThan":"3m","dryRun":false,"list":[1,"a"],"nothing":null}"#, query: [("key", "K/1")])
        #expect(
            made == ["olderThan": "3m", "dryRun": "false", "list": #"[1,"a"]"#, "nothing": "null", "key": "K/1"])
    }

    @Test(
        "what is secret by its name or its form is hidden, at every depth",
        arguments: [
            #"{"password":"hunter2"}"#, #"{"client_secret":"hunter2"}"#, #"{"accessToken":"hunter2"}"#,
            #"{"a":{"b":[{"Private-Key":"hunter2"}]}}"#, #"{"headers":{"X-Api":"hunter2"}}"#,
            #"{"body":"hunter2"}"#, #"{"a":{"data":"hunter2"}}"#, #"{"note":"Authorization: Bearer hunter2"}"#,
            #"{"note":"Basic hunter2"}"#, #"{"note":"-----BEGIN PRIVATE KEY----- hunter2"}"#,
            #"{"note":"x eyJhbGciOiJSUzI1NiJ9.hunter2.hunter2"}"#, #"{"uri":"http://me:hunter2@host/x"}"#,
            #"{"uri":"http://host/push?key=hunter2"}"#, #"{"credentials":{"value":"hunter2"}}"#,
        ])
    func secrets(body: String) throws {
        #expect(!"\(try make(body))".contains("hunter2"))
    }

    @Test("names that only look like secrets are kept, and so is the rest of a URL")
    func harmless() throws {
        let made = try make(
            #"{"oidcToken":{"audience":"a","serviceAccountEmail":"e"},"uri":"http://u:p@h:1/x?y","monkeyJob":"keyJ"}"#)
        #expect(
            made == [
                "oidcToken": #"{"audience":"a","serviceAccountEmail":"e"}"#, "uri": "http://…@h:1/x?…",
                "monkeyJob": "keyJ",
            ])
    }

    @Test("many, long and deep parameters are cut")
    func bounds() throws {
        let many = (0..<100).map { "\"p\($0)\":1" }.joined(separator: ",")
        let made = try make("{\(many)}")
        #expect(made.count == AuditParameters.mostParameters + 1)
        #expect(made["…"] == "68 more")
        let long = try make("{\"a\":\"\(String(repeating: "é", count: 1_000))\"}")["a"] ?? ""
        #expect(long.hasSuffix("é…"))
        #expect(long.utf8.count <= AuditParameters.longestText + 3)
        let deep = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
        #expect(try make("{\"a\":\(deep)}")["a"] == #"[[[[[[[["…"]]]]]]]]"#)
    }
}

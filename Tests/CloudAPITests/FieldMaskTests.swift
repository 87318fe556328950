import JSON
import Testing

@testable import CloudAPI

@Suite struct FieldMaskTests {
    static let listing: JSONValue = [
        "kind": "k", "nextPageToken": "t",
        "items": [["name": "a", "size": "1", "metadata": ["x": "1", "y": "2"]], ["name": "b"]],
    ]

    @Test(
        "A mask keeps what it names, through lists and below",
        arguments: [
            ("kind", #"{"kind":"k"}"#), ("items/name", #"{"items":[{"name":"a"},{"name":"b"}]}"#),
            (
                "items(name,size),nextPageToken",
                #"{"items":[{"name":"a","size":"1"},{"name":"b"}],"nextPageToken":"t"}"#
            ),
            ("items/metadata/x,items/size", #"{"items":[{"metadata":{"x":"1"},"size":"1"},{}]}"#),
            ("items(metadata(y))", #"{"items":[{"metadata":{"y":"2"}},{}]}"#),
            ("items/*/x", #"{"items":[{"metadata":{"x":"1"},"name":"a","size":"1"},{"name":"b"}]}"#),
            ("nothing", "{}"), (" kind , nextPageToken", #"{"kind":"k","nextPageToken":"t"}"#),
        ])
    func keeps(_ mask: String, _ expected: String) throws {
        let value = try FieldMask(parsing: mask).apply(to: Self.listing)
        #expect(String(decoding: value.serialized(), as: UTF8.self) == expected)
    }

    @Test("A star keeps all")
    func star() throws {
        #expect(try FieldMask(parsing: "*").apply(to: Self.listing) == Self.listing)
    }

    @Test(
        "Masks that are none are refused",
        arguments: ["", ",", "a,", "a(", "a(b", "a()", "a)", "/a", "a//b", "(a)", "a(b))"])
    func refuses(_ mask: String) {
        #expect(throws: CloudProblem.self) { try FieldMask(parsing: mask) }
        #expect(throws: CloudProblem.self) { try FieldMask(parsing: String(repeating: "a(", count: 100_000)) }
        #expect(throws: CloudProblem.self) { try FieldMask(parsing: String(repeating: "a/", count: 100_000)) }
    }
}

import Testing

@testable import PubSub

@Suite struct MessageFilterTests {
    private let attributes: Attributes = ["eventType": "OBJECT_FINALIZE", "bucket-id": "photos", "empty": "", "é": "1"]

    @Test(
        "A filter says which messages pass",
        arguments: [
            ("", true), ("attributes:eventType", true), ("attributes:nothing", false), ("attributes:empty", true),
            ("attributes.eventType = \"OBJECT_FINALIZE\"", true), ("attributes.eventType=\"object_finalize\"", false),
            ("attributes.eventType != \"OBJECT_DELETE\"", true), ("attributes.nothing != \"x\"", true),
            ("hasPrefix(attributes.eventType, \"OBJECT_\")", true), ("hasPrefix(attributes.empty, \"a\")", false),
            ("hasPrefix(attributes.nothing, \"\")", false), ("NOT attributes:nothing", true),
            ("-attributes:nothing", true), ("NOT NOT attributes:empty", true),
            ("attributes.bucket-id = \"photos\"", true), ("attributes.\"bucket-id\" = \"photos\"", true),
            ("attributes.\"\u{e9}\" = \"1\"", true), ("attributes:\"e\u{301}\"", false),
            ("attributes:nothing OR attributes:empty", true), ("attributes:nothing AND attributes:empty", false),
            ("attributes:empty AND (attributes:nothing OR attributes:eventType)", true),
            ("(attributes:nothing)OR(attributes:empty)", true),
            ("\n\tattributes:empty AND NOT (attributes:nothing) ", true),
            ("attributes:a OR attributes:b OR attributes:empty", true),
        ])
    func matches(text: String, passes: Bool) throws {
        #expect(try MessageFilter(parsing: text).matches(attributes) == passes)
    }

    @Test(
        "What is no filter is refused with its place",
        arguments: [
            ("attributes", 11), ("attributes.", 12), ("attributes.a", 13), ("attributes.a = b", 16),
            ("attributes.a = \"b", 16), ("attributes.a == \"b\"", 15), ("attributes:a AND", 17),
            ("attributes:a attributes:b", 14), ("attributes:a AND attributes:b OR attributes:c", 31),
            ("(attributes:a", 14), ("attributes:a)", 13), ("hasPrefix(attributes:a, \"x\")", 21),
            ("hasPrefix(attributes.a \"x\")", 24), ("messageId = \"1\"", 1), ("NOT", 4), ("and", 1),
            ("attributes:a & attributes:b", 14), ("attributes.a = \"\\n\"", 17), ("attributes:a-", 13), (" ", 2),
            ("attributes.a ! = \"b\"", 14), ("é", 1),
        ])
    func refused(text: String, position: Int) {
        do {
            _ = try MessageFilter(parsing: text)
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.code == .invalidArgument)
            #expect(error.message.contains("at byte \(position):"), "\(text): \(error.message)")
        }
    }

    @Test("A filter has at most 256 bytes, and nesting within them ends")
    func size() throws {
        let deep = String(repeating: "(", count: 122) + "attributes:a" + String(repeating: ")", count: 122)
        #expect(try MessageFilter(parsing: deep).matches(["a": "1"]))
        #expect(throws: PubSubError.self) { try MessageFilter(parsing: deep + " ") }
        for bytes in [[UInt8(0)], [0xFF, 0xFE], Array("attributes:\0".utf8), Array("\"\u{10FFFF}".utf8)] {
            #expect(throws: PubSubError.self) { try MessageFilter(parsing: String(decoding: bytes, as: UTF8.self)) }
        }
    }
}

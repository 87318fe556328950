import JSON
import Testing

@Suite("JSON as it comes in")
struct JSONParserTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    private func reason(_ bytes: [UInt8]) -> JSONError.Reason? {
        do throws(JSONError) {
            _ = try JSONValue(parsing: bytes)
            return nil
        } catch {
            return error.reason
        }
    }

    private func reason(_ text: String) -> JSONError.Reason? { reason(Array(text.utf8)) }

    @Test("integers and doubles stay apart, to the last digit")
    func numbers() throws {
        #expect(try parse("1") == .integer(1))
        #expect(try parse("1.0") == .double(1.0))
        #expect(try parse("1e2") == .double(100))
        #expect(try parse("-0.0").serialized() == Array("-0.0".utf8))
        #expect(try parse("9223372036854775807") == .integer(.max))
        #expect(try parse("-9223372036854775808") == .integer(.min))
        #expect(try parse("0.1") == .double(0.1))
        #expect(try parse("1.7976931348623157e308") == .double(.greatestFiniteMagnitude))
    }

    @Test(
        "numbers that int64 or a finite double cannot hold are refused",
        arguments: ["9223372036854775808", "-9223372036854775809", "1e309", "-1e400", "[1,2,1e999]"])
    func numbersOutOfRange(_ text: String) {
        #expect(reason(text) == .numberOutOfRange)
    }

    @Test(
        "what is not a JSON number is refused",
        arguments: ["01", "-", "+1", ".5", "1.", "1e", "0x10", "NaN", "Infinity", "1_000", "--1"])
    func malformedNumbers(_ text: String) {
        #expect(reason(text) != nil)
    }

    @Test("text survives: escapes, NUL, surrogate pairs, any plane")
    func strings() throws {
        #expect(try parse(#""a\u0000b\n\"\\\/""#) == .string("a\u{0}b\n\"\\/"))
        #expect(try parse(#""\ud83d\ude00""#) == .string("😀"))
        #expect(try parse("\"\u{7F}é😀\"") == .string("\u{7F}é😀"))
    }

    @Test(
        "half a surrogate pair is no text",
        arguments: [#""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\ud83dx""#, #""\ud83d\n""#])
    func unpairedSurrogates(_ text: String) {
        #expect(reason(text) == .unpairedSurrogate)
    }

    @Test("bytes that are not UTF-8 are refused, also within escapes' reach")
    func invalidUTF8() {
        for bad: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF5, 0x80, 0x80, 0x80]] {
            #expect(reason([0x22] + bad + [0x22]) == .invalidUTF8)
            #expect(reason(Array(#""\n"#.utf8) + bad + [0x22]) == .invalidUTF8)
        }
    }

    @Test("names that differ in bytes only are two names; the same bytes twice are refused")
    func names() throws {
        let object = try #require(try parse("{\"\u{E9}\":1,\"e\u{301}\":2}").object)
        #expect(object.count == 2)
        #expect(object["\u{E9}"] == 1)
        #expect(object["e\u{301}"] == 2)
        #expect(reason(#"{"a":1,"\u0061":2}"#) == .duplicateName("a"))
        #expect(reason(#"[{"b":{"x":1,"y":2,"x":3}}]"#) == .duplicateName("x"))
    }

    @Test("nesting is bounded, so that no input exhausts the stack")
    func nesting() throws {
        let deepest = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(try parse(deepest).serialized() == Array(deepest.utf8))
        #expect(reason(String(repeating: "[", count: 1_000_000)) == .tooDeep(limit: 100))
        #expect(reason(String(repeating: #"{"a":"#, count: 101)) == .tooDeep(limit: 100))
        #expect(try parse("[" + Array(repeating: "[]", count: 1000).joined(separator: ",") + "]").array?.count == 1000)
    }

    @Test(
        "broken texts are refused",
        arguments: [
            "", " ", "{", "[", "\"", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "[1,]", "[,]", "{,}",
            "{a:1}", "{1:2}", "tru", "nul", "falsey", "1 2", "[] []", "\u{FEFF}{}", "'a'", "\"\u{1}\"", "\"\\x\"",
            "\"\\u12\"", "\"\\u12G4\"", "]", "}", "[1}", "{\"a\":1]", "//", "{}\u{0}",
        ])
    func broken(_ text: String) {
        #expect(reason(text) != nil)
    }

    @Test("an error tells the byte at which it showed")
    func offsets() throws {
        let error = #expect(throws: JSONError.self) { try parse(#"{"a": tru}"#) }
        #expect(error?.offset == 9)
        #expect(error?.description == "unexpected byte 0x7D at byte 9")
    }
}

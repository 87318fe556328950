import JSON
import Testing

@Suite("JSON there and back")
struct JSONRoundTripTests {
    @Test("names are written in the order of their bytes, and nothing else is added")
    func serializedForm() {
        let value: JSONValue = ["b": [1, 1.0, .null, true], "a": "q\"\\\u{1}\u{7F}/é", "B": [:]]
        #expect(
            String(decoding: value.serialized(), as: UTF8.self)
                == #"{"B":{},"a":"q\"\\\u0001\u007f/é","b":[1,1.0,null,true]}"#)
    }

    @Test("any value reads back as it was written", arguments: 0..<200)
    func randomValues(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let value = random.value(depth: 0)
        #expect(try JSONValue(parsing: value.serialized()) == value)
    }

    @Test("damaged texts never crash the parser, and what it takes it writes back the same", arguments: 0..<200)
    func damagedTexts(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        var bytes = random.value(depth: 0).serialized()
        for _ in 0..<random.below(8) where !bytes.isEmpty {
            let index = random.below(bytes.count)
            switch random.below(3) {
            case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: index)
            default: bytes.insert(Array("{}[]\",:\\u0e-".utf8)[random.below(12)], at: index)
            }
        }
        guard let value = try? JSONValue(parsing: bytes) else { return }
        #expect(try JSONValue(parsing: value.serialized()) == value)
    }

    @Test("an object keeps each name once and in order, however it was built")
    func objects() {
        var object = JSONObject()
        for name in ["m", "a", "z", "m", "\u{E9}", "e\u{301}"] { object[name] = .string(name) }
        #expect(object.map(\.name) == ["a", "e\u{301}", "m", "z", "\u{E9}"])
        object["m"] = nil
        object["absent"] = nil
        #expect(object["m"] == nil)
        #expect(object.count == 4)
        #expect(JSONObject([.init("a", 1), .init("a", 2)]) == nil)
    }
}

/// A small seeded generator, so that a failure can be run again.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func text() -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<below(12) {
            let limit: UInt32 = below(2) == 0 ? 0x80 : 0x11_0000
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &self)) { text.append(scalar) }
        }
        return String(text)
    }

    mutating func value(depth: Int) -> JSONValue {
        switch below(depth < 5 ? 8 : 6) {
        case 0: return .null
        case 1: return .boolean(below(2) == 0)
        case 2: return .integer(Int64(bitPattern: next()))
        case 3: return .integer(Int64(below(100)))
        case 4:
            let double = Double(bitPattern: next())
            return .double(double.isFinite ? double : 0.5)
        case 5: return .string(text())
        case 6: return .array((0..<below(5)).map { _ in value(depth: depth + 1) })
        default:
            var object = JSONObject()
            for _ in 0..<below(5) { object[text()] = value(depth: depth + 1) }
            return .object(object)
        }
    }
}

/// Reads `name="value",…` as the exposition and the selectors have it.
struct LabelParser {
    /// Why it cannot be read.
    struct Mistake: Error {
        let reason: String
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    /// The labels up to the byte `end`, after which nothing may follow; nil for the end of the text.
    mutating func pairs(until end: UInt8?) throws(Mistake) -> [MetricLabel] {
        var pairs: [MetricLabel] = []
        while true {
            skipBlanks()
            if try isAtEnd(end) { return pairs }
            pairs.append(try pair())
            skipBlanks()
            if try isAtEnd(end) { return pairs }
            try expect(UInt8(ascii: ","), "a comma")
        }
    }

    private mutating func pair() throws(Mistake) -> MetricLabel {
        let name = Array(rest.prefix { Self.isLetter($0) || Self.isDigit($0) })
        guard Self.isName(name) else { throw Mistake(reason: "lacks a label's name before \"\(shown)\"") }
        rest = rest.dropFirst(name.count)
        skipBlanks()
        try expect(UInt8(ascii: "="), "=, the only comparison that there is,")
        skipBlanks()
        try expect(UInt8(ascii: "\""), "a quote")
        return MetricLabel(name: String(decoding: name, as: UTF8.self), value: try value())
    }

    private mutating func value() throws(Mistake) -> String {
        var value: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: value, as: UTF8.self) else {
                    throw Mistake(reason: "has a value that is no text")
                }
                return text
            case UInt8(ascii: "\\"):
                switch rest.popFirst() {
                case UInt8(ascii: "n"): value.append(UInt8(ascii: "\n"))
                case UInt8(ascii: "\\"): value.append(UInt8(ascii: "\\"))
                case UInt8(ascii: "\""): value.append(UInt8(ascii: "\""))
                default: throw Mistake(reason: #"has an escape that is none of \\, \" and \n"#)
                }
            default: value.append(byte)
            }
        }
        throw Mistake(reason: "has a value without a closing quote")
    }

    private mutating func isAtEnd(_ end: UInt8?) throws(Mistake) -> Bool {
        guard let end else { return rest.isEmpty }
        guard let next = rest.first else { throw Mistake(reason: "lacks the closing brace") }
        guard next == end else { return false }
        rest = rest.dropFirst()
        skipBlanks()
        guard rest.isEmpty else { throw Mistake(reason: "has \"\(shown)\" after the closing brace") }
        return true
    }

    private mutating func expect(_ byte: UInt8, _ what: String) throws(Mistake) {
        guard rest.first == byte else { throw Mistake(reason: "lacks \(what) before \"\(shown)\"") }
        rest = rest.dropFirst()
    }

    private mutating func skipBlanks() {
        rest = rest.drop { $0 == UInt8(ascii: " ") }
    }

    private var shown: String { String(decoding: rest.prefix(20), as: UTF8.self) }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`
    static func isName(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, !isDigit(first) else { return false }
        return bytes.allSatisfy { isLetter($0) || isDigit($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }
}

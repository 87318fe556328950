/// The words of a filter, each with the place where it begins.
struct FilterToken: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case word(String)
        case text(String)
        case sign(String)
        case end
    }

    let kind: Kind
    /// The byte at which it begins, counted from 1.
    let position: Int
}

/// Cuts a filter into words.
struct FilterLexer {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// All words, the last of which is the end.
    mutating func tokens() throws(PubSubError) -> [FilterToken] {
        var tokens: [FilterToken] = []
        while true {
            while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
            let position = index + 1
            guard index < bytes.count else { return tokens + [FilterToken(kind: .end, position: position)] }
            tokens.append(FilterToken(kind: try next(), position: position))
        }
    }

    private mutating func next() throws(PubSubError) -> FilterToken.Kind {
        let byte = bytes[index]
        if byte == UInt8(ascii: "\"") { return .text(try quoted()) }
        if Self.isWordByte(byte) {
            let start = index
            while index < bytes.count, Self.isWordByte(bytes[index]) { index += 1 }
            return .word(String(decoding: bytes[start..<index], as: UTF8.self))
        }
        if byte == UInt8(ascii: "!"), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "=") {
            index += 2
            return .sign("!=")
        }
        guard "().,:=-".utf8.contains(byte) else {
            throw FilterParser.problem("a character that has no meaning here", at: index + 1)
        }
        index += 1
        return .sign(String(decoding: [byte], as: UTF8.self))
    }

    private mutating func quoted() throws(PubSubError) -> String {
        let start = index
        var value: [UInt8] = []
        index += 1
        while index < bytes.count {
            var byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: value, as: UTF8.self) }
            if byte == UInt8(ascii: "\\") {
                guard index < bytes.count, "\"\\".utf8.contains(bytes[index]) else {
                    throw FilterParser.problem("a backslash stands before \" or \\ only", at: index)
                }
                byte = bytes[index]
                index += 1
            }
            value.append(byte)
        }
        throw FilterParser.problem("a text without its closing quote", at: start + 1)
    }

    /// Names without quotes: letters, digits and `_`; a hyphen may stand within.
    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

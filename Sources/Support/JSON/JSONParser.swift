/// A strict parser of RFC 8259: UTF-8 only, no duplicate names, no number that int64 or a finite double cannot hold,
/// and a bound on nesting, so that no input can exhaust the stack.
struct JSONParser {
    private let bytes: UnsafeRawBufferPointer
    private let depthLimit: Int
    private var position = 0
    private var depth = 0

    init(_ bytes: UnsafeRawBufferPointer, depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    mutating func parseDocument() throws(JSONError) -> JSONValue {
        skipWhitespace()
        let value = try parseValue()
        skipWhitespace()
        guard position == bytes.count else { throw failure(.trailingBytes) }
        return value
    }

    private func failure(_ reason: JSONError.Reason, at offset: Int? = nil) -> JSONError {
        JSONError(reason: reason, offset: offset ?? position)
    }

    /// The next byte, or nil at the end.
    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func unexpected() -> JSONError {
        if let next { failure(.unexpectedByte(next)) } else { failure(.unexpectedEnd) }
    }

    private mutating func skipWhitespace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func expect(_ literal: StaticString) throws(JSONError) {
        for index in 0..<literal.utf8CodeUnitCount {
            guard next == literal.utf8Start[index] else { throw unexpected() }
            position += 1
        }
    }

    private mutating func parseValue() throws(JSONError) -> JSONValue {
        guard let byte = next else { throw unexpected() }
        switch byte {
        case UInt8(ascii: "{"): return .object(try parseObject())
        case UInt8(ascii: "["): return .array(try parseArray())
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"):
            try expect("true")
            return .boolean(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .boolean(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        default: throw unexpected()
        }
    }

    // MARK: Objects and arrays

    private mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= depthLimit else { throw failure(.tooDeep(limit: depthLimit)) }
        position += 1
        skipWhitespace()
    }

    /// After an element: true when another follows, false when the closing byte was taken.
    private mutating func continues(until close: UInt8) throws(JSONError) -> Bool {
        skipWhitespace()
        guard let byte = next, byte == close || byte == UInt8(ascii: ",") else { throw unexpected() }
        position += 1
        if byte == close {
            depth -= 1
            return false
        }
        skipWhitespace()
        return true
    }

    private mutating func closesAtOnce(_ close: UInt8) -> Bool {
        guard next == close else { return false }
        position += 1
        depth -= 1
        return true
    }

    private mutating func parseArray() throws(JSONError) -> [JSONValue] {
        try enter()
        var elements: [JSONValue] = []
        if closesAtOnce(UInt8(ascii: "]")) { return elements }
        repeat { elements.append(try parseValue()) } while try continues(until: UInt8(ascii: "]"))
        return elements
    }

    private mutating func parseObject() throws(JSONError) -> JSONObject {
        let start = position
        try enter()
        var members: [JSONObject.Member] = []
        if closesAtOnce(UInt8(ascii: "}")) { return JSONObject() }
        repeat {
            guard next == UInt8(ascii: "\"") else { throw unexpected() }
            let name = try parseString()
            skipWhitespace()
            try expect(":")
            skipWhitespace()
            members.append(.init(name, try parseValue()))
        } while try continues(until: UInt8(ascii: "}"))
        guard let object = JSONObject(members) else {
            throw failure(.duplicateName(firstDuplicate(in: members)), at: start)
        }
        return object
    }

    private func firstDuplicate(in members: [JSONObject.Member]) -> String {
        var seen: Set<[UInt8]> = []
        return members.first { !seen.insert(Array($0.name.utf8)).inserted }?.name ?? ""
    }

    // MARK: Numbers

    private mutating func skipDigits() throws(JSONError) {
        let start = position
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        guard position > start else { throw unexpected() }
    }

    private mutating func parseNumber() throws(JSONError) -> JSONValue {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") { position += 1 } else { try skipDigits() }
        var isInteger = true
        if next == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try skipDigits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try skipDigits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger {
            guard let integer = Int64(text) else { throw failure(.numberOutOfRange, at: start) }
            return .integer(integer)
        }
        guard let double = Double(text), double.isFinite else { throw failure(.numberOutOfRange, at: start) }
        return .double(double)
    }

    // MARK: Strings

    private mutating func parseString() throws(JSONError) -> String {
        position += 1
        let start = position
        // Most strings have no escape: they are taken as one slice.
        while let byte = next {
            if byte == UInt8(ascii: "\"") {
                let text = try decode(bytes[start..<position], from: start)
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try parseEscapedString(from: start) }
            if byte < 0x20 { throw failure(.controlCharacter) }
            position += 1
        }
        throw unexpected()
    }

    private func decode(_ slice: some Collection<UInt8>, from offset: Int) throws(JSONError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw failure(.invalidUTF8, at: offset)
        }
        return text
    }

    private mutating func parseEscapedString(from start: Int) throws(JSONError) -> String {
        var decoded = [UInt8](bytes[start..<position])
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try decode(decoded, from: start)
            case UInt8(ascii: "\\"): try parseEscape(into: &decoded)
            case ..<0x20: throw failure(.controlCharacter, at: position - 1)
            default: decoded.append(byte)
            }
        }
        throw unexpected()
    }

    private mutating func parseEscape(into decoded: inout [UInt8]) throws(JSONError) {
        guard let byte = next else { throw unexpected() }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(byte)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"): decoded.append(contentsOf: String(Character(try parseUnicodeEscape())).utf8)
        default: throw failure(.invalidEscape, at: position - 1)
        }
    }

    private mutating func parseUnicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        let first = try parseFourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // Not a scalar, so a surrogate: only high and low together make one.
        guard UTF16.isLeadSurrogate(first), next == UInt8(ascii: "\\") else {
            throw failure(.unpairedSurrogate, at: start)
        }
        position += 1
        guard next == UInt8(ascii: "u") else { throw failure(.unpairedSurrogate, at: start) }
        position += 1
        let second = try parseFourHexDigits()
        guard UTF16.isTrailSurrogate(second) else { throw failure(.unpairedSurrogate, at: start) }
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    private mutating func parseFourHexDigits() throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next else { throw unexpected() }
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw failure(.invalidEscape)
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }
}

extension JSONValue {
    /// How deep arrays and objects may nest in what the outside sends.
    public static let nestingLimit = 100

    /// Parses one JSON text.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8, contiguous or not.
    ///   - depthLimit: how deep arrays and objects may nest.
    /// - Throws: `JSONError` with the reason and the byte's offset.
    public init(parsing bytes: some Collection<UInt8>, depthLimit: Int = nestingLimit) throws(JSONError) {
        let parsed: Result<JSONValue, JSONError>? = bytes.withContiguousStorageIfAvailable { buffer in
            Self.parse(UnsafeRawBufferPointer(buffer), depthLimit)
        }
        self = try (parsed ?? Array(bytes).withUnsafeBytes { Self.parse($0, depthLimit) }).get()
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer, _ depthLimit: Int) -> Result<JSONValue, JSONError> {
        var parser = JSONParser(bytes, depthLimit: depthLimit)
        do throws(JSONError) { return .success(try parser.parseDocument()) } catch { return .failure(error) }
    }
}

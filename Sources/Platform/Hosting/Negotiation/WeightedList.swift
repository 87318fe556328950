/// The elements of a header such as `Accept`: values with parameters and a weight `q`.
///
/// Each element is read for itself: one that is malformed is passed over and the others count.
struct WeightedList {
    struct Element: Equatable {
        /// In lower case.
        let value: String
        /// Names in lower case, without `q`.
        let parameters: [String: String]
        /// The weight in thousandths.
        let quality: Int
    }

    let elements: [Element]

    /// Reads the values of all headers of the name, in their order.
    init(_ values: [String]) {
        elements = values.flatMap { value in
            Self.split(Array(value.utf8)[...], at: UInt8(ascii: ",")).compactMap(Self.element)
        }
    }

    private static func element(_ bytes: ArraySlice<UInt8>) -> Element? {
        let parts = split(bytes, at: UInt8(ascii: ";")).map(trimmed)
        guard let value = parts.first, !value.isEmpty, value.allSatisfy({ isToken($0) || $0 == UInt8(ascii: "/") })
        else { return nil }
        var parameters: [String: String] = [:]
        var quality = 1_000
        for part in parts.dropFirst() where !part.isEmpty {
            guard let (name, value) = parameter(part) else { return nil }
            if name == "q" {
                guard let weight = weight(value) else { return nil }
                quality = weight
            } else {
                parameters[name] = String(decoding: value, as: UTF8.self)
            }
        }
        return Element(value: lowercased(value), parameters: parameters, quality: quality)
    }

    private static func parameter(_ bytes: ArraySlice<UInt8>) -> (name: String, value: [UInt8])? {
        guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let name = trimmed(bytes[..<equals])
        let value = trimmed(bytes[(equals + 1)...])
        guard !name.isEmpty, name.allSatisfy(isToken) else { return nil }
        if value.first == UInt8(ascii: "\"") {
            guard let text = unquoted(value) else { return nil }
            return (lowercased(name), text)
        }
        guard !value.isEmpty, value.allSatisfy(isToken) else { return nil }
        return (lowercased(name), Array(value))
    }

    /// The text of a quoted string, which must end with its quote.
    private static func unquoted(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var rest = bytes.dropFirst()
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return rest.isEmpty ? text : nil }
            if byte != UInt8(ascii: "\\") {
                text.append(byte)
            } else if let escaped = rest.popFirst() {
                text.append(escaped)
            }
        }
        return nil
    }

    /// `0`, `1`, or either with up to three digits after the point, in thousandths.
    private static func weight(_ bytes: [UInt8]) -> Int? {
        guard let first = bytes.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1") else { return nil }
        let fraction = bytes.dropFirst(2)
        guard bytes.count < 2 || bytes[1] == UInt8(ascii: "."), fraction.count <= 3,
            fraction.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        var thousandths = Int(first - UInt8(ascii: "0")) * 1_000
        for (digit, unit) in zip(fraction, [100, 10, 1]) { thousandths += Int(digit - UInt8(ascii: "0")) * unit }
        return thousandths <= 1_000 ? thousandths : nil
    }

    /// Splits where the separator stands outside of quotes.
    private static func split(_ bytes: ArraySlice<UInt8>, at separator: UInt8) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        var isQuoted = false
        var isEscaped = false
        for index in bytes.indices {
            if isEscaped {
                isEscaped = false
            } else if bytes[index] == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if bytes[index] == UInt8(ascii: "\\") {
                isEscaped = isQuoted
            } else if bytes[index] == separator, !isQuoted {
                parts.append(bytes[start..<index])
                start = index + 1
            }
        }
        return parts + [bytes[start...]]
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var rest = bytes.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }

    private static func lowercased(_ bytes: ArraySlice<UInt8>) -> String {
        String(
            decoding: bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self
        )
    }

    /// RFC 9110's token.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

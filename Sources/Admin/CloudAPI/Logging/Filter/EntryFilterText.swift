/// The text of a filter and how far it is read. After each word, blanks and comments are skipped.
struct EntryFilterText {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { index >= bytes.count }

    private var next: UInt8? { isAtEnd ? nil : bytes[index] }

    /// What is wrong here.
    func problem(_ words: String) -> CloudProblem {
        .invalid("The filter is not understood at character \(index + 1): \(words).", field: "filter")
    }

    /// Whether a sign comes next.
    func isNext(_ sign: String) -> Bool { bytes[index...].starts(with: sign.utf8) }

    mutating func skipBlanks() {
        while let byte = next {
            if [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
                index += 1
            } else if isNext("--") {
                while let byte = next, byte != 0x0A { index += 1 }
            } else {
                return
            }
        }
    }

    /// Takes a sign, if it comes next.
    mutating func take(_ sign: String) -> Bool {
        guard isNext(sign) else { return false }
        index += sign.utf8.count
        skipBlanks()
        return true
    }

    /// Whether AND, OR or NOT comes next, as a word of its own.
    func isNextKeyword(_ word: String) -> Bool {
        let end = index + word.utf8.count
        return isNext(word) && (end >= bytes.count || !Self.isWordByte(bytes[end]))
    }

    /// Takes AND, OR or NOT, if it comes next.
    mutating func takeKeyword(_ word: String) -> Bool {
        guard isNextKeyword(word) else { return false }
        index += word.utf8.count
        skipBlanks()
        return true
    }

    /// Takes what a field is compared with, if it comes next. Throws for regular expressions.
    mutating func comparison() throws(CloudProblem) -> EntryFilter.Comparison? {
        guard !isNext("=~"), !isNext("!~") else { throw problem("regular expressions (=~, !~) are not offered; use :") }
        for sign in ["<=", ">=", "!=", "=", "<", ">", ":"] where take(sign) { return .init(rawValue: sign) }
        return nil
    }

    /// Takes a field's path: words or quoted names with dots between. What follows comes without a blank before it.
    mutating func path() throws(CloudProblem) -> [String] {
        var path: [String] = []
        repeat { path.append(try next == UInt8(ascii: "\"") ? quoted() : word(also: "")) } while takeDot()
        return path
    }

    private mutating func takeDot() -> Bool {
        guard next == UInt8(ascii: ".") else { return false }
        index += 1
        return true
    }

    /// Takes a value, quoted or not.
    mutating func value() throws(CloudProblem) -> String {
        let value = try next == UInt8(ascii: "\"") ? quoted() : word(also: ".:+*")
        skipBlanks()
        return value
    }

    private mutating func word(also others: String) throws(CloudProblem) -> String {
        let start = index
        while let byte = next, Self.isWordByte(byte) || others.utf8.contains(byte) { index += 1 }
        guard index > start else { throw problem(isAtEnd ? "it ends too early" : "this has no meaning here") }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "_-/%@".utf8.contains(byte)
    }

    private mutating func quoted() throws(CloudProblem) -> String {
        let start = self
        var value: [UInt8] = []
        index += 1
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: value, as: UTF8.self)
            case UInt8(ascii: "\\"): value += try escaped()
            default: value.append(byte)
            }
        }
        throw start.problem("this text has no end")
    }

    private mutating func escaped() throws(CloudProblem) -> [UInt8] {
        guard let byte = next else { throw problem("it ends too early") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "'"): return [byte]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            let digits = String(decoding: bytes[index...].prefix(4), as: UTF8.self)
            guard digits.utf8.count == 4,
                digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
                let scalar = UInt32(digits, radix: 16).flatMap({ Unicode.Scalar($0) })
            else { throw problem("\\u has four hexadecimal digits") }
            index += 4
            return Array(String(scalar).utf8)
        default: throw problem("\\\(String(UnicodeScalar(byte))) is none of \\\" \\\\ \\' \\n \\r \\t \\u")
        }
    }
}

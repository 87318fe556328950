/// Why bytes are not JSON that Trivet takes, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Sendable, Hashable {
        case unexpectedEnd
        case unexpectedByte(UInt8)
        case invalidUTF8
        case invalidEscape
        case unpairedSurrogate
        case controlCharacter
        case numberOutOfRange
        case duplicateName(String)
        case tooDeep(limit: Int)
        case trailingBytes
    }

    /// What is wrong.
    public let reason: Reason
    /// The offset of the byte at which it showed.
    public let offset: Int

    /// One sentence for the sender.
    public var description: String {
        let what =
            switch reason {
            case .unexpectedEnd: "the text ends too early"
            case .unexpectedByte(let byte): "unexpected byte 0x\(String(byte, radix: 16, uppercase: true))"
            case .invalidUTF8: "the text is not UTF-8"
            case .invalidEscape: "invalid escape in a string"
            case .unpairedSurrogate: "unpaired surrogate in a string"
            case .controlCharacter: "unescaped control character in a string"
            case .numberOutOfRange: "number out of range"
            case .duplicateName(let name): "duplicate name \"\(name)\""
            case .tooDeep(let limit): "nested deeper than \(limit)"
            case .trailingBytes: "more than one value"
            }
        return "\(what) at byte \(offset)"
    }
}

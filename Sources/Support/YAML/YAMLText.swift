/// The text of a file that people write.
public enum YAMLText {
    /// The bytes as text, without a byte order mark, or on which line they are not UTF-8.
    public static func decode(_ bytes: [UInt8]) throws(YAMLProblem) -> String {
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw YAMLProblem(
                message: "is not UTF-8 text; the first wrong byte is on this line", line: wrongLine(bytes))
        }
        return text
    }

    /// The line of the first byte that is not UTF-8: decoding replaces it, and until there changes nothing.
    private static func wrongLine(_ bytes: ArraySlice<UInt8>) -> Int {
        let decoded = String(decoding: bytes, as: UTF8.self).utf8
        let same = zip(bytes, decoded).prefix { $0.0 == $0.1 }
        return same.count { $0.0 == UInt8(ascii: "\n") } + 1
    }
}

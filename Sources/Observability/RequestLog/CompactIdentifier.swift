import Database

/// Identifiers of lower-case hexadecimal digits, as trace, span and request ids are, take half the bytes as a BLOB.
///
/// Only those of 16 and 32 digits, so that eight and sixteen bytes of BLOB have one reading; others are kept as text.
enum CompactIdentifier {
    static func bind(_ identifier: String?, to statement: RawStatement, at index: Int) {
        guard var identifier else { return statement.bindNull(at: index) }
        let isCompact = identifier.withUTF8 { digits in
            guard digits.count == 16 || digits.count == 32 else { return false }
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: digits.count / 2) { bytes in
                for position in 0..<digits.count / 2 {
                    guard let high = value(digits[2 * position]), let low = value(digits[2 * position + 1]) else {
                        return false
                    }
                    bytes.initializeElement(at: position, to: high << 4 | low)
                }
                statement.bind(blob: UnsafeRawBufferPointer(bytes), at: index)
                return true
            }
        }
        if !isCompact {
            statement.bind(text: identifier.limited, at: index)
        }
    }

    static func read(_ statement: RawStatement, at index: Int) -> String? {
        if statement.isNull(index) { return nil }
        guard statement.isBlob(index) else { return statement.text(index) }
        return statement.withBytes(index) { bytes in
            String(unsafeUninitializedCapacity: bytes.count * 2) { text in
                for (position, byte) in bytes.enumerated() {
                    text[2 * position] = digit(byte >> 4)
                    text[2 * position + 1] = digit(byte & 0xF)
                }
                return bytes.count * 2
            }
        }
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

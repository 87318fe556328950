/// Writes components whose bytes, compared one by one, order as what they stand for.
///
/// A text or blob ends with 00 01, and a 00 within it is written as 00 FF, so that a shorter text comes before its
/// continuation and no text can reach into the next component. That holds when all bytes are inverted, too, which is
/// how a descending component is made.
struct OrderedBytes {
    private(set) var bytes: [UInt8] = []

    mutating func append(byte: UInt8) {
        bytes.append(byte)
    }

    mutating func append(raw: some Sequence<UInt8>) {
        bytes.append(contentsOf: raw)
    }

    mutating func append(escaped content: some Collection<UInt8>) {
        if content.contains(0) {
            for byte in content {
                bytes.append(byte)
                if byte == 0 { bytes.append(0xFF) }
            }
        } else {
            bytes.append(contentsOf: content)
        }
        bytes.append(0x00)
        bytes.append(0x01)
    }

    mutating func append(bigEndian value: UInt64) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    mutating func append(_ value: Int64) {
        append(bigEndian: UInt64(bitPattern: value) ^ (1 << 63))
    }

    /// NaN comes before all numbers, as one value; -0.0 and 0.0 are one value.
    mutating func append(_ value: Double) {
        guard !value.isNaN else { return append(bigEndian: 0) }
        let bits = (value == 0 ? 0.0 : value).bitPattern
        append(bigEndian: bits >> 63 == 1 ? ~bits : bits | 1 << 63)
    }
}

extension [UInt8] {
    /// Every bit the other way round: what ordered ascending orders descending.
    var inverted: [UInt8] { map { ~$0 } }

    /// The first byte string behind all that begin with this one, or nil where there is none.
    var prefixEnd: [UInt8]? {
        var end = self
        while let last = end.popLast() {
            if last < 0xFF {
                end.append(last + 1)
                return end
            }
        }
        return nil
    }

    /// Whether these bytes come before others.
    func precedes(_ other: [UInt8]) -> Bool {
        lexicographicallyPrecedes(other)
    }
}

extension ByteRange {
    /// All byte strings that begin with a prefix.
    init(prefix: [UInt8]) {
        self.init(lower: prefix, upper: prefix.prefixEnd)
    }

    /// Whether the range holds a byte string.
    func contains(_ bytes: some Sequence<UInt8>) -> Bool {
        !bytes.lexicographicallyPrecedes(lower) && (upper.map { bytes.lexicographicallyPrecedes($0) } ?? true)
    }

    /// Whether the range holds all byte strings.
    var isUnbounded: Bool { lower.isEmpty && upper == nil }

    /// The range of the same bytes behind a prefix.
    func prefixed(by prefix: [UInt8]) -> ByteRange {
        ByteRange(lower: prefix + lower, upper: upper.map { prefix + $0 } ?? prefix.prefixEnd)
    }

    /// The range from `lower` on, if that is further than this range's own beginning.
    mutating func raise(to bound: [UInt8]) {
        if lower.precedes(bound) { lower = bound }
    }

    /// The range before `bound`, if that is nearer than this range's own end.
    mutating func cut(at bound: [UInt8]) {
        if upper.map({ bound.precedes($0) }) ?? true { upper = bound }
    }
}

/// The place of a record in the log: the number of the daemon's start, and the request's number in that run.
///
/// Ids rise with time and are never used twice. The sequence counts every served request, so that a hole in it is a
/// record that was sampled out or dropped. The text form sorts as the ids do: `0000002a-00000000000001f3`.
public struct InsertID: Sendable, Hashable, Comparable, LosslessStringConvertible {
    /// Bits of ``rawValue`` that hold the sequence: 2^38 requests, 106 days at 30,000 a second. After them the carry
    /// goes into the boot number, which keeps the order; the next start counts on from there.
    static let sequenceBits: Int64 = 38
    /// The largest boot number: 25 bits.
    static let largestBoot: Int64 = (1 << 25) - 1

    /// Boot number and sequence in one number, as the file has it.
    public let rawValue: Int64

    /// The number of the daemon's start.
    public var boot: Int64 { rawValue >> InsertID.sequenceBits }
    /// The number of the request within that run, from 1.
    public var sequence: Int64 { rawValue & ((1 << InsertID.sequenceBits) - 1) }

    /// The id with `rawValue`, which is not negative.
    init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The id of `boot` and `sequence`; nil where one is out of range.
    public init?(boot: Int64, sequence: Int64) {
        guard (0...InsertID.largestBoot).contains(boot), (0..<(1 << InsertID.sequenceBits)).contains(sequence) else {
            return nil
        }
        rawValue = boot << InsertID.sequenceBits | sequence
    }

    /// Reads the text form: eight hexadecimal digits, a hyphen, fourteen hexadecimal digits.
    public init?(_ description: String) {
        let parts = description.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 8, parts[1].count == 14, let boot = InsertID.number(parts[0]),
            let sequence = InsertID.number(parts[1])
        else { return nil }
        self.init(boot: boot, sequence: sequence)
    }

    /// The text form, which sorts as the ids do.
    public var description: String {
        InsertID.digits(boot, count: 8) + "-" + InsertID.digits(sequence, count: 14)
    }

    /// Earlier records first.
    public static func < (left: InsertID, right: InsertID) -> Bool {
        left.rawValue < right.rawValue
    }

    private static func digits(_ number: Int64, count: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }

    private static func number(_ digits: Substring.UTF8View) -> Int64? {
        // Int64(_:radix:) would take a sign.
        guard digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-") else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}

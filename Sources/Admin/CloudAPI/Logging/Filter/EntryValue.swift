import JSON
import RequestLog

/// What a field of an entry holds, or is compared with.
enum EntryValue: Sendable, Hashable {
    case text(String)
    case integer(Int64)
    /// Microseconds since 1970.
    case time(Int64)
    /// Microseconds.
    case duration(Int64)
    /// The number of a severity, higher for worse.
    case severity(Int)

    /// Below, equal or above: -1, 0 or 1; nil for values of different types. Texts are compared by their bytes, upper
    /// and lower case of ASCII letters being the same.
    func compare(_ other: EntryValue) -> Int? {
        switch (self, other) {
        case (.text(let left), .text(let right)):
            let (left, right) = (Self.folded(left), Self.folded(right))
            if left.elementsEqual(right) { return 0 }
            return left.lexicographicallyPrecedes(right) ? -1 : 1
        case (.integer(let left), .integer(let right)), (.time(let left), .time(let right)),
            (.duration(let left), .duration(let right)):
            return (left > right ? 1 : 0) - (left < right ? 1 : 0)
        case (.severity(let left), .severity(let right)): return (left - right).signum()
        default: return nil
        }
    }

    /// Whether a text stands in this text.
    func contains(_ text: String) -> Bool {
        guard case .text(let whole) = self else { return false }
        let (own, part) = (Self.folded(whole), Self.folded(text))
        guard !part.isEmpty else { return true }
        guard own.count >= part.count else { return false }
        return (0...(own.count - part.count)).contains { own[$0..<($0 + part.count)].elementsEqual(part) }
    }

    private static func folded(_ text: String) -> [UInt8] {
        text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }
}

extension Severity {
    /// Cloud Logging's severities and their numbers.
    static let numbers: [(name: String, number: Int)] = [
        ("DEFAULT", 0), ("DEBUG", 100), ("INFO", 200), ("NOTICE", 300), ("WARNING", 400), ("ERROR", 500),
        ("CRITICAL", 600), ("ALERT", 700), ("EMERGENCY", 800),
    ]

    /// The severity's number.
    var number: Int { Self.numbers.first { $0.name == rawValue }?.number ?? 0 }
}

/// One of the five fields: its place in time, the numbers it takes, and their names.
enum CronField: Sendable {
    case minute
    case hour
    case dayOfMonth
    case month
    case dayOfWeek

    /// What a field's text says.
    struct Parsed: Sendable, Hashable {
        /// Bit n for number n.
        var bits: UInt64
        /// Whether the text begins with `*`, which decides how the two day fields go together.
        var beginsWithStar: Bool

        func contains(_ number: Int) -> Bool { bits >> UInt64(number) & 1 == 1 }

        func first(from number: Int) -> Int? {
            let rest = bits & Self.mask(number...63)
            return rest == 0 ? nil : rest.trailingZeroBitCount
        }

        func last(through number: Int) -> Int? {
            guard number >= 0 else { return nil }
            let rest = bits & Self.mask(0...number)
            return rest == 0 ? nil : 63 - rest.leadingZeroBitCount
        }

        func count(_ numbers: ClosedRange<Int>) -> Int { (bits & Self.mask(numbers)).nonzeroBitCount }

        /// Numbers within 0...63.
        private static func mask(_ numbers: ClosedRange<Int>) -> UInt64 {
            (UInt64.max << UInt64(numbers.lowerBound)) & (UInt64.max >> UInt64(63 - numbers.upperBound))
        }
    }

    func parse(_ text: Substring) throws(SchedulingError) -> Parsed {
        var bits: UInt64 = 0
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            bits |= try parseItem(item)
        }
        // 7 is Sunday too.
        if case .dayOfWeek = self, bits >> 7 & 1 == 1 { bits = bits & 0x7F | 1 }
        return Parsed(bits: bits, beginsWithStar: text.utf8.first == UInt8(ascii: "*"))
    }

    private var name: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    private var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    private var names: [String] {
        switch self {
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        default: []
        }
    }

    /// `*`, `5`, `1-5`, `*/15` or `10-50/20`.
    private func parseItem(_ item: Substring) throws(SchedulingError) -> UInt64 {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, !first.isEmpty else { throw refuse(item, "is empty") }
        let numbers = try parseRange(first)
        guard parts.count == 2 else { return Self.bits(numbers, step: 1) }
        guard numbers.count > 1 || first == "*" || first.utf8.contains(UInt8(ascii: "-")) else {
            throw refuse(item, "has a step without a range: write \(first)-\(range.upperBound)/\(parts[1])")
        }
        guard let step = Self.number(parts[1]), step > 0 else {
            throw refuse(item, "wants a step of 1 or more behind the slash")
        }
        return Self.bits(numbers, step: step)
    }

    private func parseRange(_ text: Substring) throws(SchedulingError) -> ClosedRange<Int> {
        if text == "*" { return range }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count <= 2, let first = ends.first, let last = ends.last else {
            throw refuse(text, "is not a range")
        }
        let lower = try parseNumber(first)
        var upper = try parseNumber(last)
        // FRI-SUN: as the end of a range Sunday is the seventh day.
        if case .dayOfWeek = self, ends.count == 2, upper == 0, lower > 0 { upper = 7 }
        guard lower <= upper else { throw refuse(text, "begins after its end") }
        return lower...upper
    }

    private func parseNumber(_ text: Substring) throws(SchedulingError) -> Int {
        if let index = names.firstIndex(where: { $0.utf8.elementsEqual(text.uppercased().utf8) }) {
            return index + range.lowerBound
        }
        guard let number = Self.number(text), range.contains(number) else {
            let words = names.isEmpty ? "" : " or a name from \(names[0]) to \(names[names.count - 1])"
            throw refuse(text, "is not a number from \(range.lowerBound) to \(range.upperBound)\(words)")
        }
        return number
    }

    /// Digits only: `Int` would take a sign too.
    private static func number(_ text: Substring) -> Int? {
        guard (1...4).contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(text)
    }

    private static func bits(_ numbers: ClosedRange<Int>, step: Int) -> UInt64 {
        stride(from: numbers.lowerBound, through: numbers.upperBound, by: step).reduce(0) { $0 | 1 << UInt64($1) }
    }

    private func refuse(_ text: Substring, _ reason: String) -> SchedulingError {
        SchedulingError(.invalidSchedule, "the schedule's \(name): \(String(text).debugDescription) \(reason)")
    }
}

extension Duration {
    /// Reads a duration in Google's form (`1.5s`) or in that of the settings (`3m`); nil for what is neither.
    public init?(googleText text: String) {
        if let duration = try? DurationText.parse(text) {
            self = duration
            return
        }
        let parts = text.utf8.dropLast().split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.last == UInt8(ascii: "s"), parts.count == 2, let seconds = Self.number(parts[0]),
            (1...9).contains(parts[1].count), let fraction = Self.number(parts[1])
        else { return nil }
        let scale = (parts[1].count..<9).reduce(Int64(1)) { scale, _ in scale * 10 }
        self = .seconds(seconds) + .nanoseconds(fraction * scale)
    }

    private static func number(_ digits: Substring.UTF8View) -> Int64? {
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int64(String(Substring(digits)))
    }

    /// Google's text of a duration, `0.000125s`: seconds with up to six digits of a fraction.
    public var secondsText: String {
        let (seconds, attoseconds) = components
        let micros = attoseconds / 1_000_000_000_000
        guard micros != 0 else { return "\(seconds)s" }
        let digits = String(micros.magnitude)
        var fraction = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(seconds).\(fraction)s"
    }
}

/// Durations as people write them: `250ms`, `3m`, `1h30m`, `30d`.
public enum DurationText {
    private struct Unit {
        let name: String
        let microseconds: Int64
    }

    private static let units = [
        Unit(name: "d", microseconds: 86_400_000_000),
        Unit(name: "h", microseconds: 3_600_000_000),
        Unit(name: "m", microseconds: 60_000_000),
        Unit(name: "s", microseconds: 1_000_000),
        Unit(name: "ms", microseconds: 1000),
        Unit(name: "us", microseconds: 1),
    ]

    private static let form = "write whole numbers with units, the largest first, such as 250ms, 3m, 1h30m or 30d"

    /// The duration that `text` tells: whole numbers, each with one of the units d, h, m, s, ms, us, the largest unit
    /// first and each unit once. `0` alone needs no unit. Signs, blanks and fractions are refused, and so is what
    /// exceeds 2^63 - 1 microseconds.
    public static func parse(_ text: String) throws(ValueTextError) -> Duration {
        if text.utf8.elementsEqual("0".utf8) { return .zero }
        var rest = text.utf8[...]
        var allowed = units[...]
        var total: Int64 = 0
        guard !rest.isEmpty else { throw ValueTextError("is empty: \(form)") }
        while !rest.isEmpty {
            let digits = rest.prefix { isDigit($0) }
            rest = rest[digits.endIndex...]
            let letters = rest.prefix { !isDigit($0) }
            rest = rest[letters.endIndex...]
            guard !digits.isEmpty, let index = allowed.firstIndex(where: { letters.elementsEqual($0.name.utf8) }) else {
                throw ValueTextError("is not a duration: \(form)")
            }
            let unit = allowed[index].microseconds
            allowed = allowed[(index + 1)...]
            guard let number = Int64(String(digits) ?? ""),
                case let (part, false) = number.multipliedReportingOverflow(by: unit),
                case let (sum, false) = total.addingReportingOverflow(part)
            else {
                throw ValueTextError("is too long a duration: at most \(Int64.max) microseconds can be told")
            }
            total = sum
        }
        return .microseconds(total)
    }

    /// The text of `duration`, which ``parse(_:)`` reads back: `1h30m`, `250ms`, `0s`. What is below a microsecond is
    /// cut off, and a negative duration is printed with a leading `-` (which is not read back).
    public static func string(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if seconds < 0 || attoseconds < 0 {
            // The least Duration has no positive twin; no clock of ours counts that far.
            return seconds == .min ? "-\(seconds.magnitude)s" : "-" + string(.zero - duration)
        }
        let micros = attoseconds / 1_000_000_000_000
        var text = ""
        var restSeconds = seconds
        for unit in units.prefix(4) {
            let unitSeconds = unit.microseconds / 1_000_000
            if restSeconds >= unitSeconds { text += "\(restSeconds / unitSeconds)\(unit.name)" }
            restSeconds %= unitSeconds
        }
        if micros >= 1000 { text += "\(micros / 1000)ms" }
        if micros % 1000 > 0 { text += "\(micros % 1000)us" }
        return text.isEmpty ? "0s" : text
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

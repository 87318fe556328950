/// Days and civil dates of the proleptic Gregorian calendar, as Howard Hinnant's well-known algorithms count them.
private enum Calendar {
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }

    static func length(of month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

/// Takes digits and marks from the front of a text.
private struct Scanner {
    var rest: Substring.UTF8View

    mutating func digits(_ count: Int) -> Int64? {
        guard rest.count >= count else { return nil }
        var value: Int64 = 0
        for byte in rest.prefix(count) {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        rest = rest.dropFirst(count)
        return value
    }

    mutating func take(_ marks: String) -> UInt8? {
        guard let byte = rest.first, marks.utf8.contains(byte) else { return nil }
        rest = rest.dropFirst()
        return byte
    }

    /// The fraction behind a point, in microseconds; digits below are cut.
    mutating func fraction() -> Int64? {
        guard take(".") != nil else { return 0 }
        var value: Int64 = 0
        var count = 0
        while let digit = digits(1) {
            if count < 6 { value = value * 10 + digit }
            count += 1
        }
        guard count > 0, count <= 18 else { return nil }
        for _ in min(count, 6)..<6 { value *= 10 }
        return value
    }

    /// The offset from UTC in seconds.
    mutating func offset() -> Int64? {
        switch take("Zz+-") {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): return 0
        case let sign?:
            guard let hours = digits(2), hours < 24, take(":") != nil, let minutes = digits(2), minutes < 60 else {
                return nil
            }
            return (hours * 3_600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
        default: return nil
        }
    }
}

extension Timestamp {
    /// Reads RFC 3339 (`2020-12-27T10:08:56.123456Z`, or with an offset); digits below microseconds are cut.
    ///
    /// Nil for other text and for instants outside the years 1 to 9999.
    public init?(rfc3339 text: String) {
        var scanner = Scanner(rest: Substring(text).utf8)
        guard let year = scanner.digits(4), scanner.take("-") != nil,
            let month = scanner.digits(2), (1...12).contains(month), scanner.take("-") != nil,
            let day = scanner.digits(2), day >= 1, day <= Calendar.length(of: month, year: year),
            scanner.take("Tt") != nil,
            let hour = scanner.digits(2), hour < 24, scanner.take(":") != nil,
            let minute = scanner.digits(2), minute < 60, scanner.take(":") != nil,
            let second = scanner.digits(2), second < 60,
            let fraction = scanner.fraction(), let offset = scanner.offset(), scanner.rest.isEmpty
        else { return nil }
        let days = Calendar.days(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
        self.init(microseconds: seconds * 1_000_000 + fraction)
        guard self >= .earliest, self <= .latest else { return nil }
    }

    /// `2020-12-27T10:08:56Z`, with three or six digits of a fraction where needed.
    public var rfc3339: String {
        let parts = parts
        var text =
            "\(Self.padded(parts.year, 4))-\(Self.padded(parts.month))-\(Self.padded(parts.day))"
            + "T\(Self.clock(parts.second))"
        if parts.fraction % 1_000 != 0 {
            text += ".\(Self.padded(parts.fraction, 6))"
        } else if parts.fraction != 0 {
            text += ".\(Self.padded(parts.fraction / 1_000, 3))"
        }
        return text + "Z"
    }

    /// HTTP's form of a date: `Sun, 27 Dec 2020 10:08:56 GMT`.
    public var httpDate: String {
        let parts = parts
        return "\(Calendar.weekdays[parts.weekday]), \(Self.padded(parts.day)) "
            + "\(Calendar.months[Int(parts.month) - 1]) \(Self.padded(parts.year, 4)) \(Self.clock(parts.second)) GMT"
    }

    private struct Parts {
        let year: Int64
        let month: Int64
        let day: Int64
        /// From 0, which is Thursday, as 1970-01-01 was.
        let weekday: Int
        /// Within the day.
        let second: Int64
        /// Microseconds.
        let fraction: Int64
    }

    private var parts: Parts {
        let fraction = Self.remainder(microseconds, 1_000_000)
        let seconds = microseconds / 1_000_000 - (microseconds % 1_000_000 < 0 ? 1 : 0)
        let second = Self.remainder(seconds, 86_400)
        let days = (seconds - second) / 86_400
        let date = Calendar.civil(days: days)
        return Parts(
            year: date.year, month: date.month, day: date.day, weekday: Int(Self.remainder(days, 7)),
            second: second, fraction: fraction)
    }

    /// What is left over, never negative.
    private static func remainder(_ value: Int64, _ divisor: Int64) -> Int64 {
        let rest = value % divisor
        return rest < 0 ? rest + divisor : rest
    }

    private static func clock(_ second: Int64) -> String {
        "\(padded(second / 3_600)):\(padded(second / 60 % 60)):\(padded(second % 60))"
    }

    private static func padded(_ value: Int64, _ width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Timestamp {
    /// RFC 3339 with always six digits of a fraction: equally wide, and sorting as time.
    public var fixedText: String {
        let text = rfc3339.dropLast()
        guard let dot = text.firstIndex(of: ".") else { return "\(text).000000Z" }
        let digits = text.distance(from: dot, to: text.endIndex) - 1
        return text + String(repeating: "0", count: max(0, 6 - digits)) + "Z"
    }
}

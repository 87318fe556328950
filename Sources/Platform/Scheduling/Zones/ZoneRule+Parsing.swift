extension ZoneRule {
    /// Reads a rule; nil for what is none.
    init?(parsing text: some Collection<UInt8>) {
        var scanner = RuleScanner(rest: Array(text)[...])
        guard scanner.name(), let west = scanner.time(hours: 24) else { return nil }
        standard = -west
        if scanner.rest.isEmpty {
            daylight = nil
            return
        }
        guard scanner.name() else { return nil }
        var offset = standard + 3600
        if scanner.rest.first != UInt8(ascii: ",") {
            guard let west = scanner.time(hours: 24) else { return nil }
            offset = -west
        }
        guard scanner.take(","), let begin = scanner.change(), scanner.take(","), let end = scanner.change(),
            scanner.rest.isEmpty
        else { return nil }
        daylight = Daylight(offset: offset, begin: begin, end: end)
    }
}

/// Takes a rule's parts from its front.
private struct RuleScanner {
    var rest: ArraySlice<UInt8>

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// A name, which nobody needs: letters, or anything in angle brackets.
    mutating func name() -> Bool {
        if take("<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(end + 1)...]
            return true
        }
        let letters = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
        rest = rest[letters.endIndex...]
        return letters.count >= 3
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard (1...3).contains(digits.count), let number = Int(String(decoding: digits, as: UTF8.self)),
            range.contains(number)
        else { return nil }
        rest = rest[digits.endIndex...]
        return number
    }

    /// `3`, `-1:30`, `+26:00:00`: seconds.
    mutating func time(hours most: Int) -> Int64? {
        let sign: Int64 = take("-") ? -1 : 1
        if sign == 1 { _ = take("+") }
        guard let hours = number(0...most) else { return nil }
        var parts = [0, 0]
        for index in parts.indices {
            guard take(":") else { break }
            guard let part = number(0...59) else { return nil }
            parts[index] = part
        }
        return sign * Int64(hours * 3600 + parts[0] * 60 + parts[1])
    }

    /// `M3.5.0/3`, `J60`, `59/-2`.
    mutating func change() -> ZoneRule.Change? {
        guard let day = day() else { return nil }
        guard take("/") else { return ZoneRule.Change(day: day, time: 7200) }
        guard let time = time(hours: 167) else { return nil }
        return ZoneRule.Change(day: day, time: time)
    }

    private mutating func day() -> ZoneRule.Change.Day? {
        if take("J") { return number(1...365).map { .ordinal($0) } }
        guard take("M") else { return number(0...365).map { .fromZero($0) } }
        guard let month = number(1...12), take("."), let week = number(1...5), take("."), let weekday = number(0...6)
        else { return nil }
        return .weekday(month: month, week: week, weekday: weekday)
    }
}

import AdminModel

/// A chart of one series, of characters: eight rows, a column for one bucket or several.
struct MetricChart {
    private static let height = 8

    let series: MetricSeries
    let answer: MetricAnswer
    let width: Int
    let isUnicode: Bool

    /// `NAME{labels}`, and between what the values lie.
    var title: String {
        let labels = series.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }
        let name = labels.isEmpty ? series.name : "\(series.name){\(labels.joined(separator: ","))}"
        guard let last = values.last else { return "\(name)  no values" }
        return "\(name)  min \(Self.text(least))  max \(Self.text(greatest))  last \(Self.text(last))"
    }

    /// The chart's lines: the scale at the left, the time below.
    var lines: [String] {
        guard !values.isEmpty else { return [] }
        let labels = (0..<Self.height).map { row -> String in
            switch row {
            case 0: Self.text(top)
            case Self.height - 1: Self.text(bottom)
            default: ""
            }
        }
        let margin = labels.map(\.count).max() ?? 0
        let columns = columns(in: max(10, width - margin - 3))
        let bar: Character = isUnicode ? "│" : "|"
        var lines = (0..<Self.height).map { row in
            let label = String(repeating: " ", count: margin - labels[row].count) + labels[row]
            return "\(label) \(bar)\(String(columns.map { mark($0, row: row) }))"
        }
        let rule = String(repeating: isUnicode ? "─" : "-", count: columns.count)
        lines.append(String(repeating: " ", count: margin + 1) + (isUnicode ? "└" : "+") + rule)
        let gap = max(1, columns.count - answer.start.count - answer.end.count)
        lines.append(
            String(repeating: " ", count: margin + 2) + answer.start + String(repeating: " ", count: gap) + answer.end)
        return lines.map(Self.trimmed)
    }

    private var values: [Double] { series.points.compactMap(\.value).filter(\.isFinite) }
    private var least: Double { values.min() ?? 0 }
    private var greatest: Double { values.max() ?? 0 }
    /// The scale begins at zero where the values do not lie close together far away from it.
    private var bottom: Double { least >= 0 && least < greatest / 2 ? 0 : least }
    private var top: Double { greatest }

    /// The mean of the buckets that fall into each column; nil where there is none.
    private func columns(in width: Int) -> [Double?] {
        let places = series.points.compactMap { point -> (Int, Double)? in
            guard let value = point.value, value.isFinite, let place = place(of: point.time) else { return nil }
            return (place, value)
        }
        let span = Self.seconds(answer.end).flatMap { end in Self.seconds(answer.start).map { end - $0 } } ?? 0
        let buckets = min(1e6, max(1, (span / max(answer.stepSeconds, 1e-6)).rounded(.up)))
        let count = max(Int(buckets), (places.map(\.0).max() ?? 0) + 1)
        // Few buckets are drawn wide, many share a column.
        let drawn = count <= width ? count * (width / count) : width
        var sums = [(sum: Double, count: Int)](repeating: (0, 0), count: drawn)
        for (place, value) in places {
            let first = place * drawn / count
            for column in first..<max(first + 1, (place + 1) * drawn / count) where column < drawn {
                sums[column].sum += value
                sums[column].count += 1
            }
        }
        return sums.map { $0.count > 0 ? $0.sum / Double($0.count) : nil }
    }

    private func place(of time: String) -> Int? {
        guard let start = Self.seconds(answer.start), let time = Self.seconds(time), answer.stepSeconds > 0 else {
            return nil
        }
        let place = ((time - start) / answer.stepSeconds).rounded()
        return (0..<1e6).contains(place) ? Int(place) : nil
    }

    /// What stands in a column of a row, the highest row being 0.
    private func mark(_ value: Double?, row: Int) -> Character {
        guard let value else { return " " }
        let eighths = isUnicode ? 8.0 : 1.0
        let range = top - bottom
        let share = range > 0 ? min(1, max(0, (value - bottom) / range)) : value == 0 ? 0 : 1
        let filled = Int((share * Double(Self.height) * eighths).rounded())
        // A value is seen, be it the least.
        let here = max(row == Self.height - 1 ? 1 : 0, filled - (Self.height - 1 - row) * Int(eighths))
        if here <= 0 { return " " }
        guard isUnicode else { return "#" }
        return Array("▁▂▃▄▅▆▇█")[min(8, here) - 1]
    }

    /// A number of four digits or so, with a unit's prefix where it is large or small.
    static func text(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
        let steps: [(Double, String)] = [
            (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "µ"),
            (1e-9, "n"),
        ]
        let size = abs(value)
        let (unit, prefix) = steps.first { size >= $0.0 * 0.9995 } ?? (1e-9, "n")
        let scaled = value / unit
        guard abs(scaled) < 1e15 else { return "\(value)" }
        let digits = abs(scaled) >= 100 ? 1.0 : abs(scaled) >= 10 ? 10.0 : 100.0
        let rounded = (scaled * digits).rounded() / digits
        return (rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)") + prefix
    }

    private static func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }

    /// Seconds since 1970 of RFC 3339 in UTC, which is all that the daemon writes.
    static func seconds(_ time: String) -> Double? {
        let parts = time.utf8.split { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) && $0 != UInt8(ascii: ".") }
        guard parts.count == 6, let year = Int(String(parts[0]) ?? ""), let month = Int(String(parts[1]) ?? ""),
            let day = Int(String(parts[2]) ?? ""), let hour = Double(String(parts[3]) ?? ""),
            let minute = Double(String(parts[4]) ?? ""), let second = Double(String(parts[5]) ?? ""),
            (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        // Days from 1970 by the civil calendar, the year counted from March.
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
        return Double(days) * 86_400 + hour * 3_600 + minute * 60 + second
    }
}

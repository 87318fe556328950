/// A series' labels, in the order of their names, so that the same labels in another order are the same series.
struct MetricLabels: Hashable, Sendable {
    /// Names and values in turn. Bytes, since `String`'s own equality folds what a label must keep apart.
    private let key: [[UInt8]]
    /// The labels as they stand between the braces of the exposition, escaped; empty without labels.
    let text: [UInt8]

    /// The labels, or why they are none.
    init(_ dimensions: [(String, String)], reserved: String? = nil) throws(MetricRejection) {
        let sorted = dimensions.map { (Array($0.0.utf8), Array($0.1.utf8)) }
            .sorted { $0.0.lexicographicallyPrecedes($1.0) }
        for (index, (name, _)) in sorted.enumerated() {
            let shown = String(decoding: name, as: UTF8.self)
            guard Self.isName(name) else { throw MetricRejection(reason: "label name \"\(shown)\" is not valid") }
            if let reserved, name.elementsEqual(reserved.utf8) {
                throw MetricRejection(reason: "label name \"\(shown)\" belongs to the histogram itself")
            }
            if index > 0, sorted[index - 1].0 == name {
                throw MetricRejection(reason: "label name \"\(shown)\" stands twice")
            }
        }
        self.init(sorted: sorted)
    }

    private init(sorted: [([UInt8], [UInt8])]) {
        key = sorted.flatMap { [$0.0, $0.1] }
        var text: [UInt8] = []
        for (name, value) in sorted {
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            text += name
            text += "=\"".utf8
            Self.escape(value, quotes: true, into: &text)
            text.append(UInt8(ascii: "\""))
        }
        self.text = text
    }

    /// The value of every label of the series in which those are summed up that are too many.
    private static let otherValue = Array("_other".utf8)

    /// The labels of the series in which this one is summed up when there are too many.
    var other: MetricLabels {
        MetricLabels(sorted: stride(from: 0, to: key.count, by: 2).map { (key[$0], Self.otherValue) })
    }

    /// Whether the series counts against the bounds: those without labels are few, and `_other` must always have room.
    var isCounted: Bool {
        stride(from: 1, to: key.count, by: 2).contains { key[$0] != Self.otherValue }
    }

    static func == (left: MetricLabels, right: MetricLabels) -> Bool { left.key == right.key }

    func hash(into hasher: inout Hasher) { hasher.combine(key) }

    /// Whether these labels stand before `other` in the exposition.
    func precedes(_ other: MetricLabels) -> Bool { text.lexicographicallyPrecedes(other.text) }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`, without the two underscores in front that Prometheus keeps for itself.
    private static func isName(_ name: [UInt8]) -> Bool {
        guard let first = name.first, !isDigit(first), !name.starts(with: "__".utf8) else { return false }
        return name.allSatisfy { isDigit($0) || isLetterOrUnderscore($0) }
    }

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`, without colons, which Prometheus keeps for recording rules.
    static func isMetricName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !isDigit(first) else { return false }
        return name.utf8.allSatisfy { isDigit($0) || isLetterOrUnderscore($0) }
    }

    /// Appends `text` as the exposition wants it: backslash and line feed escaped, and in label values quotes too.
    static func escape(_ text: some Sequence<UInt8>, quotes: Bool, into bytes: inout [UInt8]) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            case UInt8(ascii: "\"") where quotes: bytes += "\\\"".utf8
            default: bytes.append(byte)
            }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetterOrUnderscore(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }
}

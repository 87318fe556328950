/// Which series a query is about: `NAME`, or `NAME{label="value",…}` for those of its series that have all these labels.
public struct MetricSelector: Sendable, Hashable {
    /// The metric's name.
    public let name: String
    /// The labels that a series must have; it may have others too.
    public let labels: [MetricLabel]

    /// Reads a selector. A value stands in quotes, in which `\\`, `\"` and `\n` are escapes; blanks between the parts
    /// and a comma at the end do no harm.
    ///
    /// Throws a ``MetricHistoryError`` that says what is wrong.
    public init(parsing text: String) throws(MetricHistoryError) {
        let bytes = Array(text.utf8)
        let head = bytes.prefix { $0 != UInt8(ascii: "{") }
        guard let name = String(validating: head, as: UTF8.self) else { throw .selector(text, "is no text") }
        let trimmed = String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        guard LabelParser.isName(Array(trimmed.utf8)) else {
            throw .selector(text, "does not begin with the name of a metric")
        }
        self.name = trimmed
        guard head.count < bytes.count else {
            labels = []
            return
        }
        var parser = LabelParser(Array(bytes[(head.count + 1)...]))
        do throws(LabelParser.Mistake) {
            labels = try parser.pairs(until: UInt8(ascii: "}"))
        } catch {
            throw .selector(text, error.reason)
        }
    }

    /// Whether a series with these labels is one of those selected.
    func matches(_ key: SeriesKey) -> Bool {
        guard key.name == name else { return false }
        guard !labels.isEmpty else { return true }
        let pairs = key.pairs
        return labels.allSatisfy { wanted in
            pairs.contains { pair in
                pair.name.utf8.elementsEqual(wanted.name.utf8) && pair.value.utf8.elementsEqual(wanted.value.utf8)
            }
        }
    }
}

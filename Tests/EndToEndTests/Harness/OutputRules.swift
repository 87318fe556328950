/// What is never the same in two runs of one command. All else of a page's output has to be what a run gives.
///
/// Ids that occur again have to occur again: the first one that is met is `<id 1>`, wherever it stands, the next other
/// one `<id 2>`.
struct OutputRules {
    private enum Kind {
        /// Any one is as good as another.
        case varying(String)
        /// Which one it is matters.
        case identity(String)
        /// The room between columns, which are as wide as what stands in them.
        case columns
    }

    /// In the order in which they are applied.
    private static var rules: [(kind: Kind, pattern: Regex<Substring>)] {
        [
            (.varying("time"), /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z/),
            (.varying("date"), /(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/),
            (.varying("latency"), /\b\d{1,3}\.\d{1,6}s\b/),
            (.varying("insertId"), /\b[0-9a-f]{8}-[0-9a-f]{14}\b/),
            // The number of the commit that wrote an entity; an etag is made of an object's generation.
            (.varying("version"), /\bversion +\d+\b/),
            (.varying("etag"), /\betag +"[A-Za-z0-9+\/]{24}"/),
            // Messages, generations of objects, entities; the numbers of accounts.
            (.identity("id"), /\b\d{16}\b/),
            (.identity("account"), /\b\d{21}\b/),
            (.columns, /\ {2,}/),
        ]
    }

    private var names: [String: String] = [:]
    private var counts: [String: Int] = [:]

    /// The text with names in place of what varies.
    mutating func apply(to text: String) -> String {
        var text = text
        for (kind, pattern) in Self.rules {
            text = text.replacing(pattern.wordBoundaryKind(.simple)) { match in
                switch kind {
                case .varying(let name): "<\(name)>"
                case .identity(let name): self.name(String(match.output), of: name)
                case .columns: "  "
                }
            }
        }
        return text
    }

    private mutating func name(_ value: String, of kind: String) -> String {
        if let name = names[value] { return name }
        counts[kind, default: 0] += 1
        let name = "<\(kind) \(counts[kind, default: 0])>"
        names[value] = name
        return name
    }
}

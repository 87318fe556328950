public import Yams

/// Parses a text as one YAML document.
public enum YAMLDocument {
    /// The document's root with its marks, or nil for an empty document, or why it is no YAML.
    ///
    /// Yams gives up at the first mapping with a duplicate key and would hide every other mistake in the file. So each
    /// duplicate that it finds gets a tag of its own, which makes the key a different node with the same text, and the
    /// text is parsed again; whoever walks the tree then sees the same key twice.
    public static func parse(_ original: String) throws(YAMLProblem) -> Node? {
        var text = original
        // Each round settles one duplicate; who has more will have to start again.
        for round in 0..<100 {
            do {
                // The basic resolver: who reads the tree tells types, and the default one costs regular expressions.
                return try compose(yaml: text, .basic, .default, .utf8)
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                let line = context.mark.line
                guard let tagged = insert("!duplicate-\(round) ", into: text, at: context.mark) else {
                    throw YAMLProblem(value: names.first, message: "is a key that stands twice", line: line)
                }
                text = tagged
            } catch {
                throw refusal(error)
            }
        }
        throw YAMLProblem(message: "has more than a hundred keys that stand twice")
    }

    /// `text` with `insertion` at a mark, whose column counts Unicode scalars; nil if there is no such place.
    private static func insert(_ insertion: String, into text: String, at mark: Mark) -> String? {
        var scalars = text.unicodeScalars
        var index = scalars.startIndex
        for _ in 1..<max(1, mark.line) {
            guard let end = scalars[index...].firstIndex(of: "\n") else { return nil }
            index = scalars.index(after: end)
        }
        guard mark.column >= 1, let place = scalars.index(index, offsetBy: mark.column - 1, limitedBy: scalars.endIndex)
        else { return nil }
        scalars.insert(contentsOf: insertion.unicodeScalars, at: place)
        return String(scalars)
    }

    private static func refusal(_ error: any Error) -> YAMLProblem {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let words = [context?.text, problem].compactMap { $0 }.joined(separator: ", ")
            return YAMLProblem(message: "is not YAML: \(words)", line: mark.line)
        case YamlError.reader(let problem, let offset, _, let text):
            let line = offset.map { offset in text.prefix(offset).count(where: \.isNewline) + 1 }
            return YAMLProblem(message: "is not YAML: \(problem)", line: line)
        default:
            return YAMLProblem(message: "is not YAML: \(error)")
        }
    }
}

import JSON

/// A subscription's filter: which messages it receives, by their attributes.
///
/// ```
/// attributes:NAME   attributes.NAME = "VALUE"   attributes.NAME != "VALUE"   hasPrefix(attributes.NAME, "PREFIX")
/// NOT …   … AND …   … OR …   ( … )
/// ```
struct MessageFilter: Sendable, Hashable {
    /// The most bytes of a filter.
    static let sizeLimit = 256

    indirect enum Expression: Sendable, Hashable {
        case has(String)
        case equals(String, String)
        case hasPrefix(String, String)
        case not(Expression)
        case all([Expression])
        case any([Expression])
    }

    /// Nil: all messages.
    let expression: Expression?

    /// Throws `invalidArgument` with the place of what is wrong. An empty text is the filter of all messages.
    init(parsing text: String) throws(PubSubError) {
        guard text.utf8.count <= Self.sizeLimit else {
            throw .invalid("a filter has at most \(Self.sizeLimit) bytes; this one has \(text.utf8.count)")
        }
        guard !text.isEmpty else {
            expression = nil
            return
        }
        var parser = try FilterParser(text)
        expression = try parser.parse()
    }

    func matches(_ attributes: Attributes) -> Bool {
        expression?.matches(attributes) ?? true
    }
}

extension MessageFilter.Expression {
    func matches(_ attributes: Attributes) -> Bool {
        switch self {
        case .has(let name): attributes[name] != nil
        case .equals(let name, let value): attributes[name]?.hasSameBytes(as: value) ?? false
        case .hasPrefix(let name, let prefix): attributes[name]?.utf8.starts(with: prefix.utf8) ?? false
        case .not(let inner): !inner.matches(attributes)
        case .all(let parts): parts.allSatisfy { $0.matches(attributes) }
        case .any(let parts): parts.contains { $0.matches(attributes) }
        }
    }
}

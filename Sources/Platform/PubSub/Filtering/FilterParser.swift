/// Reads a filter. AND and OR may be mixed only with parentheses, as Google has it: nobody has to know which binds more.
struct FilterParser {
    private let tokens: [FilterToken]
    private var index = 0

    init(_ text: String) throws(PubSubError) {
        var lexer = FilterLexer(text)
        tokens = try lexer.tokens()
    }

    static func problem(_ what: String, at position: Int) -> PubSubError {
        .invalid("the filter is wrong at byte \(position): \(what)")
    }

    mutating func parse() throws(PubSubError) -> MessageFilter.Expression {
        let expression = try self.expression()
        guard case .end = current.kind else { throw unexpected("AND, OR or the end") }
        return expression
    }

    private var current: FilterToken { tokens[min(index, tokens.count - 1)] }

    private func unexpected(_ wanted: String) -> PubSubError {
        Self.problem("\(wanted) is wanted", at: current.position)
    }

    private mutating func take(word: String) -> Bool {
        guard current.kind == .word(word) else { return false }
        index += 1
        return true
    }

    private mutating func take(sign: String) -> Bool {
        guard current.kind == .sign(sign) else { return false }
        index += 1
        return true
    }

    private mutating func expression() throws(PubSubError) -> MessageFilter.Expression {
        let first = try term()
        for (word, other) in [("AND", "OR"), ("OR", "AND")] where current.kind == .word(word) {
            var parts = [first]
            while take(word: word) { parts.append(try term()) }
            guard current.kind != .word(other) else {
                throw Self.problem("AND and OR together need parentheses", at: current.position)
            }
            return word == "AND" ? .all(parts) : .any(parts)
        }
        return first
    }

    private mutating func term() throws(PubSubError) -> MessageFilter.Expression {
        if take(word: "NOT") || take(sign: "-") { return .not(try term()) }
        if take(sign: "(") {
            let inner = try expression()
            guard take(sign: ")") else { throw unexpected(")") }
            return inner
        }
        if take(word: "hasPrefix") { return try prefix() }
        guard take(word: "attributes") else { throw unexpected("attributes, hasPrefix, NOT or (") }
        if take(sign: ":") { return .has(try name()) }
        guard take(sign: ".") else { throw unexpected(": or .") }
        let name = try name()
        if take(sign: "=") { return .equals(name, try text()) }
        guard take(sign: "!=") else { throw unexpected("= or !=") }
        return .not(.equals(name, try text()))
    }

    private mutating func prefix() throws(PubSubError) -> MessageFilter.Expression {
        guard take(sign: "("), take(word: "attributes"), take(sign: ".") else { throw unexpected("(attributes.NAME") }
        let name = try name()
        guard take(sign: ",") else { throw unexpected(",") }
        let prefix = try text()
        guard take(sign: ")") else { throw unexpected(")") }
        return .hasPrefix(name, prefix)
    }

    /// An attribute's name: a word, words joined by hyphens, or a text in quotes.
    private mutating func name() throws(PubSubError) -> String {
        if case .text(let text) = current.kind {
            index += 1
            return text
        }
        guard case .word(var name) = current.kind else { throw unexpected("an attribute's name") }
        index += 1
        while current.kind == .sign("-"), index + 1 < tokens.count, case .word(let more) = tokens[index + 1].kind {
            name += "-" + more
            index += 2
        }
        return name
    }

    private mutating func text() throws(PubSubError) -> String {
        guard case .text(let text) = current.kind else { throw unexpected("a text in double quotes") }
        index += 1
        return text
    }
}

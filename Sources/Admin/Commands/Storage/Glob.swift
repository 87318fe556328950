/// A pattern for names of objects: `*` is any text without `/`, `**` any text, `?` one character that is no `/`,
/// `[abc]` and `[a-z]` one of these.
struct Glob: Sendable {
    private enum Part: Sendable {
        case literal(Character)
        case one
        case set([ClosedRange<Character>])
        case some
        case all
    }

    private let parts: [Part]
    /// The text before the first wildcard, with which all names begin that can match.
    let prefix: String

    /// Whether a text has wildcards at all.
    static func isPattern(_ text: String) -> Bool { text.contains { "*?[".contains($0) } }

    init(_ text: String) {
        prefix = String(text.prefix { !"*?[".contains($0) })
        var parts: [Part] = []
        var rest = Substring(text)
        while let character = rest.popFirst() {
            switch character {
            case "*" where rest.first == "*":
                rest = rest.drop { $0 == "*" }
                parts.append(.all)
            case "*": parts.append(.some)
            case "?": parts.append(.one)
            case "[":
                guard let end = rest.firstIndex(of: "]"), end != rest.startIndex else {
                    parts.append(.literal(character))
                    continue
                }
                parts.append(.set(Self.ranges(rest[..<end])))
                rest = rest[rest.index(after: end)...]
            default: parts.append(.literal(character))
            }
        }
        self.parts = parts
    }

    private static func ranges(_ text: Substring) -> [ClosedRange<Character>] {
        var ranges: [ClosedRange<Character>] = []
        var rest = text
        while let first = rest.popFirst() {
            if rest.first == "-", let last = rest.dropFirst().first, first <= last {
                ranges.append(first...last)
                rest = rest.dropFirst(2)
            } else {
                ranges.append(first...first)
            }
        }
        return ranges
    }

    /// Whether a name is one of the pattern's. What each prefix of the name can have matched is kept as a set of places
    /// in the pattern, so that no pattern takes more than its length times the name's.
    func matches(_ name: String) -> Bool {
        var places = closure([0])
        for character in name {
            var next: Set<Int> = []
            for place in places where place < parts.count {
                switch parts[place] {
                case .literal(let wanted): if wanted == character { next.insert(place + 1) }
                case .one: if character != "/" { next.insert(place + 1) }
                case .set(let ranges):
                    if character != "/", ranges.contains(where: { $0.contains(character) }) { next.insert(place + 1) }
                case .some: if character != "/" { next.insert(place) }
                case .all: next.insert(place)
                }
            }
            places = closure(next)
            if places.isEmpty { return false }
        }
        return places.contains(parts.count)
    }

    /// The places, and those behind wildcards that may stand for nothing.
    private func closure(_ places: Set<Int>) -> Set<Int> {
        var all = places
        for start in places {
            var place = start
            while place < parts.count, isSkippable(parts[place]) {
                place += 1
                all.insert(place)
            }
        }
        return all
    }

    private func isSkippable(_ part: Part) -> Bool {
        switch part {
        case .some, .all: true
        case .literal, .one, .set: false
        }
    }
}

/// A route's path, taken apart into what each segment of a request's path must be.
struct RoutePattern: Sendable {
    /// What one segment must be. The order of the cases is the order in which patterns are tried: the narrower first.
    enum Part: Sendable, Hashable {
        /// Exactly this text.
        case literal(String)
        /// Any text and then this suffix, such as `:run`.
        case suffixed(name: String, suffix: String)
        /// Any text.
        case parameter(String)
        /// This segment and all that follow.
        case rest(String)

        var rank: Int {
            switch self {
            case .literal: 0
            case .suffixed: 1
            case .parameter: 2
            case .rest: 3
            }
        }
    }

    let parts: [Part]
    /// Whether the last part takes all that is left.
    private let takesRest: Bool

    /// Whether a path without percent-encoding can be looked up as text.
    var isLiteral: Bool { parts.allSatisfy { if case .literal = $0 { true } else { false } } }

    init(_ path: String) {
        parts = path == "/" ? [.literal("")] : path.split(separator: "/").map { Self.part(String($0)) }
        takesRest = if case .rest = parts.last { true } else { false }
    }

    private static func part(_ text: String) -> Part {
        guard text.utf8.first == UInt8(ascii: "{"), let close = text.utf8.lastIndex(of: UInt8(ascii: "}")) else {
            return .literal(text)
        }
        let name = String(text.utf8[..<close].dropFirst()) ?? ""
        let suffix = String(text.utf8[close...].dropFirst()) ?? ""
        if name.utf8.last == UInt8(ascii: "+") { return .rest(String(name.dropLast())) }
        return suffix.isEmpty ? .parameter(name) : .suffixed(name: name, suffix: suffix)
    }

    /// The values of the parameters when the decoded segments match, else nil.
    func match(_ segments: [String]) -> [String: String]? {
        guard segments.count == parts.count || takesRest else { return nil }
        var values: [String: String] = [:]
        for (index, part) in parts.enumerated() {
            if case .rest(let name) = part {
                guard index < segments.count else { return nil }
                values[name] = segments[index...].joined(separator: "/")
                return values
            }
            guard index < segments.count, Self.match(segments[index], part, &values) else { return nil }
        }
        return segments.count == parts.count ? values : nil
    }

    private static func match(_ segment: String, _ part: Part, _ values: inout [String: String]) -> Bool {
        switch part {
        case .literal(let text): return segment.utf8.elementsEqual(text.utf8)
        case .parameter(let name): values[name] = segment
        case .suffixed(let name, let suffix):
            let length = segment.utf8.count - suffix.utf8.count
            guard length > 0, segment.utf8.dropFirst(length).elementsEqual(suffix.utf8) else { return false }
            values[name] = String(segment.utf8.prefix(length)) ?? ""
        case .rest: return false
        }
        return true
    }

    /// Whether this pattern is to be tried before another.
    func precedes(_ other: RoutePattern) -> Bool {
        for (mine, theirs) in zip(parts, other.parts) where mine.rank != theirs.rank { return mine.rank < theirs.rank }
        return parts.count > other.parts.count
    }
}

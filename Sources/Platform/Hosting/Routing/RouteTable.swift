import HTTPTypes

/// All routes of a service, and which of them a request asks for.
struct RouteTable: Sendable {
    /// What a method and a path lead to.
    enum Resolution {
        /// A route and its parameters.
        case route(Route, path: Int, parameters: [String: String])
        /// The path is known, the method is not: the methods that are, for `Allow`.
        case otherMethod(path: Int, allow: String)
        case notFound
    }

    /// One path, and the routes on it by method.
    private struct Entry: Sendable {
        let pattern: RoutePattern
        let path: String
        var routes: [Route]
    }

    /// Entries whose path is plain text, by that text; the bytes of a raw path are ASCII, so `String` keys are exact.
    private var literals: [String: Int] = [:]
    /// All entries, the narrower patterns first.
    private var entries: [Entry] = []

    /// The paths of the routes, each once; a resolution's `path` is an index into them.
    var paths: [String] { entries.map(\.path) }

    /// The index of requests that match no path: one past the paths'.
    var otherPath: Int { entries.count }

    /// Every route as its path's index and its method.
    var declared: [(path: Int, method: HTTPRequest.Method)] {
        entries.enumerated().flatMap { index, entry in entry.routes.map { (index, $0.method) } }
    }

    /// Builds the table.
    init(_ routes: [Route]) {
        for route in routes {
            if let position = entries.firstIndex(where: { $0.path == route.path }) {
                entries[position].routes.append(route)
            } else {
                entries.append(Entry(pattern: RoutePattern(route.path), path: route.path, routes: [route]))
            }
        }
        entries.sort { $0.pattern.precedes($1.pattern) }
        for (index, entry) in entries.enumerated() where entry.pattern.isLiteral { literals[entry.path] = index }
    }

    /// Finds what answers.
    func resolve(_ method: HTTPRequest.Method, _ target: RequestTarget) -> Resolution {
        if let index = literals[target.rawPath], let route = Self.route(method, in: entries[index]) {
            return .route(route, path: index, parameters: [:])
        }
        guard !target.isIrregular else { return .notFound }
        // Taken apart once: there are a hundred patterns.
        let segments = target.segments
        var known: [Int] = []
        for (index, entry) in entries.enumerated() {
            guard let parameters = entry.pattern.match(segments) else { continue }
            if let route = Self.route(method, in: entry) { return .route(route, path: index, parameters: parameters) }
            known.append(index)
        }
        guard let narrowest = known.first else { return .notFound }
        return .otherMethod(path: narrowest, allow: Self.allow(known.flatMap { entries[$0].routes }))
    }

    /// All methods of all routes, for `OPTIONS *`.
    var allMethods: String { Self.allow(entries.flatMap(\.routes)) }

    private static func route(_ method: HTTPRequest.Method, in entry: Entry) -> Route? {
        entry.routes.first { $0.method == method }
            ?? (method == .head ? entry.routes.first { $0.method == .get } : nil)
    }

    private static func allow(_ routes: [Route]) -> String {
        var methods = Set(routes.map(\.method.rawValue))
        if methods.contains("GET") { methods.insert("HEAD") }
        methods.insert("OPTIONS")
        return methods.sorted().joined(separator: ", ")
    }
}

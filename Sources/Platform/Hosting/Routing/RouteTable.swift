import HTTPTypes

/// All routes of a service, and which of them a request asks for.
struct RouteTable: Sendable {
    /// What a method and a path lead to.
    enum Resolution {
        /// A route and its parameters.
        case route(ResolvedRoute, [String: String])
        /// The path is known, the method is not: the methods that are, for `Allow`.
        case otherMethod(path: String, allow: String)
        case notFound
    }

    /// One path, and the routes on it by method.
    private struct Entry: Sendable {
        let pattern: RoutePattern
        let path: String
        var routes: [ResolvedRoute]
    }

    /// Entries whose path is plain text, by that text; the bytes of a raw path are ASCII, so `String` keys are exact.
    private var literals: [String: Entry] = [:]
    /// All entries, the narrower patterns first.
    private var entries: [Entry] = []
    /// The paths of the routes, each once, for metrics.
    let paths: [String]

    /// Builds the table.
    init(_ routes: [Route]) {
        for (index, route) in routes.enumerated() {
            let resolved = ResolvedRoute(index: index, route: route)
            if let position = entries.firstIndex(where: { $0.path == route.path }) {
                entries[position].routes.append(resolved)
            } else {
                entries.append(Entry(pattern: RoutePattern(route.path), path: route.path, routes: [resolved]))
            }
        }
        entries.sort { $0.pattern.precedes($1.pattern) }
        for entry in entries where entry.pattern.isLiteral { literals[entry.path] = entry }
        paths = entries.map(\.path)
    }

    /// Finds what answers.
    func resolve(_ method: HTTPRequest.Method, _ target: RequestTarget) -> Resolution {
        if let entry = literals[target.rawPath], let route = Self.route(method, in: entry) { return .route(route, [:]) }
        guard !target.isIrregular else { return .notFound }
        var known: [Entry] = []
        for entry in entries {
            guard let parameters = entry.pattern.match(target.segments) else { continue }
            if let route = Self.route(method, in: entry) { return .route(route, parameters) }
            known.append(entry)
        }
        guard let narrowest = known.first else { return .notFound }
        return .otherMethod(path: narrowest.path, allow: Self.allow(known.flatMap(\.routes)))
    }

    /// All methods of all routes, for `OPTIONS *`.
    var allMethods: String { Self.allow(entries.flatMap(\.routes)) }

    private static func route(_ method: HTTPRequest.Method, in entry: Entry) -> ResolvedRoute? {
        entry.routes.first { $0.route.method == method }
            ?? (method == .head ? entry.routes.first { $0.route.method == .get } : nil)
    }

    private static func allow(_ routes: [ResolvedRoute]) -> String {
        var methods = Set(routes.map(\.route.method.rawValue))
        if methods.contains("GET") { methods.insert("HEAD") }
        methods.insert("OPTIONS")
        return methods.sorted().joined(separator: ", ")
    }
}

/// A route with its place in the table.
struct ResolvedRoute: Sendable {
    let index: Int
    let route: Route
}

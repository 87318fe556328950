import JSON

/// One kind of what `trivetctl apply` makes and `export` shows, as JSON: the form in which what is declared and what is
/// there are compared. No etags, times or numbers that the daemon gives are part of it.
protocol ResourceForm: Sendable {
    /// The whole resource that a declaration stands for: with every default, durations and names in one spelling. It is
    /// what `all` would give if it were made. Whether there is what it refers to is not asked: that may be made before.
    ///
    /// - Throws: why it could not be made.
    func whole(_ declared: JSONObject) async throws -> JSONObject

    /// All that there are.
    func all() async throws -> StoredResources
}

/// The resources of one kind that there are.
struct StoredResources {
    /// One of them.
    struct Item {
        let resource: JSONObject
        /// What the daemon calls it, where the resource itself does not say.
        var id: String?
    }

    var items: [Item] = []
    /// Those that cannot be declared, and so are not among the others, by name, and why.
    var leftOut: [(name: String, reason: String)] = []

    init(_ resources: some Sequence<JSONObject> = []) {
        items = resources.map { Item(resource: $0) }
    }
}

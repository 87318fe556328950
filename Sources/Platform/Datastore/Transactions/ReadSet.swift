/// What a transaction has read: the versions of entities, absence included, and the results of queries.
struct ReadSet: Sendable {
    /// Thrown when something that was read has changed: the transaction may be tried again.
    struct Conflict: Error {}

    /// The results of a query, as far as they matter: which entities, in which versions.
    struct QueryRead: Sendable {
        let query: Query
        let found: [Found]
        /// Whether these are all results up to the query's limit, not a part that a page's size cut.
        let isWhole: Bool
    }

    struct Found: Sendable, Hashable {
        let key: [UInt8]
        let version: Int64
    }

    /// 0 stands for absence.
    private(set) var versions: [[UInt8]: Int64] = [:]
    private var queries: [QueryRead] = []

    /// Notes an entity's version; throws `Conflict` when another one was read before.
    mutating func note(_ key: [UInt8], _ version: Int64) throws {
        guard versions.updateValue(version, forKey: key) ?? version == version else { throw Conflict() }
    }

    mutating func note(_ query: Query, _ batch: QueryBatch) {
        queries.append(
            QueryRead(query: query, found: Self.found(batch), isWhole: batch.more != .notFinished))
    }

    private static func found(_ batch: QueryBatch) -> [Found] {
        batch.results.map { Found(key: KeyEncoding.storage($0.stored.key), version: $0.stored.version) }
    }

    /// Throws `Conflict` when a snapshot does not have all as it was read.
    func validate(_ snapshot: any EngineSnapshot, _ catalogue: IndexCatalogue) throws {
        for (key, version) in versions {
            guard try snapshot.entity(at: key, properties: false)?.version ?? 0 == version else { throw Conflict() }
        }
        for read in queries {
            var query = read.query
            query.keysOnly = true
            let again = try QueryRunner(catalogue: catalogue).run(query, snapshot).batch
            let found = Self.found(again)
            guard found.starts(with: read.found), !read.isWhole || found.count == read.found.count else {
                throw Conflict()
            }
        }
    }

    /// Whether nothing was read.
    var isEmpty: Bool { versions.isEmpty && queries.isEmpty }
}

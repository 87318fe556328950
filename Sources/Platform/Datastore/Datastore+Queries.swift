// Queries.
extension Datastore {
    /// How often a query is planned again because an index went away beneath it.
    private static let planTries = 3

    /// A page of a query's results: at most 1,000. With `more == .notFinished`, run it again from `endCursor`.
    ///
    /// Filters compare by Datastore's order of types, across types. A query on one property that has no index yet is
    /// answered by a scan, and has the property indexed.
    /// - Throws: `failedPrecondition` when a composite index is missing or not ready; `invalidArgument`.
    public func run(_ query: Query) async throws -> QueryBatch {
        try await metrics.counting(.query) { try await page(query) }
    }

    private func page(_ query: Query) async throws -> QueryBatch {
        var tries = 0
        while true {
            // The catalogue is taken before the snapshot: an index that is ready in it is complete in the snapshot.
            let runner = QueryRunner(catalogue: indexer.catalogue)
            let outcome = try await engine.read { snapshot in try runner.run(query, snapshot) }
            if let wanted = outcome.wanted, let kind = query.kind { indexer.register(kind, wanted) }
            tries += 1
            // And looked at again after: the entries of an index that is being removed may have been missing.
            if outcome.index.map(indexer.catalogue.isReady) ?? true { return outcome.batch }
            guard tries < Self.planTries else {
                throw DatastoreError(.aborted, "indexes were removed while the query ran; try again")
            }
        }
    }

    /// How many results a query has, counting no further than `upTo`, in pages of their own snapshots.
    public func count(_ query: Query, upTo: Int? = nil) async throws -> Int {
        try await metrics.counting(.count) {
            let bound = min(query.limit ?? .max, upTo ?? .max)
            guard bound >= 0 else { throw DatastoreError.invalid("upTo must not be negative") }
            if bound == .max {
                if let range = try keyRange(query) { return try await countKeys(in: range) }
                if query.offset == 0, let count = try await countRange(query) { return count }
            }
            var page = query
            page.keysOnly = true
            page.limit = nil
            var count = 0
            while true {
                if bound < .max { page.limit = bound - count }
                let batch = try await self.page(page)
                count += batch.results.count
                guard batch.more == .notFinished, count < bound else { return count }
                page.start = batch.endCursor
                page.offset = 0
            }
        }
    }

    /// The count by an index alone, where the query is a range of one that has one entry for each entity; else nil.
    private func countRange(_ query: Query) async throws -> Int? {
        guard query.start == nil, query.end == nil else { return nil }
        let catalogue = indexer.catalogue
        let plan = try QueryPlanner(shape: try QueryShape(query), catalogue: catalogue).plan()
        guard !plan.filters, case .entries(let index, _, let values, _) = plan.source else { return nil }
        var total = 0
        var place: (value: [UInt8], entity: [UInt8])?
        while true {
            let after = place
            let page = try await engine.read { snapshot -> (count: Int, last: (value: [UInt8], entity: [UInt8])?)? in
                guard try snapshot.register(Index.severalRegister(index)) == nil else { return nil }
                return try snapshot.countEntries(index: index, in: values, after: after, limit: Self.countPage)
            }
            // An index that goes away meanwhile loses its entries before their count is whole.
            guard let page, indexer.catalogue.isReady(index) else { return nil }
            total += page.count
            guard let last = page.last else { return total }
            place = last
        }
    }

    /// The keys, when all entities of a kind with keys in a range match.
    private func keyRange(_ query: Query) throws -> ByteRange? {
        let shape = try QueryShape(query)
        guard let kind = shape.kind, shape.equalities.isEmpty, shape.bounds == nil, query.orders.isEmpty,
            query.offset == 0, query.start == nil, query.end == nil
        else { return nil }
        return shape.keys.prefixed(by: KeyEncoding.kindPrefix(kind, namespace: query.namespace))
    }

    /// How many keys one read counts.
    private static let countPage = 50_000

    private func countKeys(in all: ByteRange) async throws -> Int {
        var lower = all.lower
        var total = 0
        while true {
            let range = ByteRange(lower: lower, upper: all.upper)
            let (count, last) = try await engine.read { try $0.countEntities(in: range, limit: Self.countPage) }
            total += count
            guard count == Self.countPage, let last else { return total }
            lower = last + [0]
        }
    }

    /// The kinds that have entities in a namespace, in the order of their names' bytes, with counts.
    public func kinds(namespace: String = "") async throws -> [KindSummary] {
        var summaries: [KindSummary] = []
        for kind in try await engine.read({ try KindScan.kinds(in: namespace, $0) }) {
            let range = ByteRange(prefix: KeyEncoding.kindPrefix(kind, namespace: namespace))
            summaries.append(KindSummary(kind: kind, entities: try await countKeys(in: range)))
        }
        return summaries
    }

    /// The namespaces that have entities, in the order of their bytes, the platform's own included.
    public func namespaces() async throws -> [String] {
        try await engine.read { try KindScan.namespaces($0) }
    }
}

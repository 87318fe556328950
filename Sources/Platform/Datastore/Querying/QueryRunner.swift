/// Runs queries on a snapshot.
struct QueryRunner {
    let catalogue: IndexCatalogue

    /// A page of results, and the property whose index would have helped.
    struct Outcome: Sendable {
        let batch: QueryBatch
        let wanted: String?
        /// The index that was read.
        let index: Int64?
    }

    func run(_ query: Query, _ snapshot: any EngineSnapshot) throws -> Outcome {
        let shape = try QueryShape(query)
        let plan = try QueryPlanner(shape: shape, catalogue: catalogue).plan()
        let fingerprint = shape.fingerprint
        let window = QueryExecutor.Window(
            start: try query.start?.position(fingerprint: fingerprint),
            end: try query.end?.position(fingerprint: fingerprint), offset: query.offset, limit: query.limit,
            keysOnly: query.keysOnly)
        let page = try QueryExecutor(snapshot: snapshot, shape: shape, plan: plan).page(window)
        let results = try page.matches.map { match in
            QueryResult(
                stored: try StoredEntity(match.row, keysOnly: query.keysOnly),
                cursor: Cursor(match.position, fingerprint: fingerprint))
        }
        let end = page.last.map { Cursor($0, fingerprint: fingerprint) } ?? query.start
        return Outcome(
            batch: QueryBatch(results: results, skipped: page.skipped, endCursor: end, more: page.more),
            wanted: plan.wanted, index: plan.index)
    }
}

extension StoredEntity {
    init(_ row: EntityRow, keysOnly: Bool = false) throws {
        let properties = keysOnly ? Properties() : try Properties(stored: row.properties)
        self.init(
            entity: Entity(key: try KeyEncoding.key(storage: row.key), properties: properties), version: row.version,
            createTime: Timestamp(microseconds: row.createTime), updateTime: Timestamp(microseconds: row.updateTime))
    }
}

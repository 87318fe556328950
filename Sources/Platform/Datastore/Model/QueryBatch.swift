/// One result of a query.
public struct QueryResult: Sendable, Hashable {
    /// The entity, without properties when the query asked for keys only.
    public let stored: StoredEntity
    /// The place behind this result.
    public let cursor: Cursor

    /// Creates a result.
    public init(stored: StoredEntity, cursor: Cursor) {
        self.stored = stored
        self.cursor = cursor
    }
}

/// Whether a query has more to give than its batch holds.
public enum MoreResults: Sendable, Hashable {
    /// The batch was cut at a page's size: run the query again from `endCursor`.
    case notFinished
    /// The limit was reached and there may be more behind it.
    case afterLimit
    /// The end cursor was reached and there may be more behind it.
    case afterCursor
    /// There is no more.
    case none
}

/// A page of results: at most 1,000, and not much more than 8 MiB.
public struct QueryBatch: Sendable, Hashable {
    /// The results in the query's order.
    public let results: [QueryResult]
    /// How many results the offset skipped.
    public let skipped: Int
    /// The place behind the last result, or nil where there is none and no start cursor.
    public let endCursor: Cursor?
    /// Whether there is more.
    public let more: MoreResults

    /// Creates a batch.
    public init(results: [QueryResult], skipped: Int, endCursor: Cursor?, more: MoreResults) {
        self.results = results
        self.skipped = skipped
        self.endCursor = endCursor
        self.more = more
    }

    /// The results' entities.
    public var entities: [Entity] { results.map(\.stored.entity) }
}

/// How a query is answered.
struct QueryPlan: Sendable {
    /// Where results come from.
    enum Source: Sendable {
        /// Entities of a kind in the order of their keys.
        case keys(ByteRange, descending: Bool)
        /// The entries of an index. What follows the prefix is the query's order, or with `reversed` its inversion.
        case entries(index: Int64, prefix: [UInt8], values: ByteRange, reversed: Bool)
        /// All entities of a kind, put in order here: there is no index.
        case scan(ByteRange)
        /// Entities of all kinds in the order of their keys.
        case allKinds
    }

    let source: Source
    /// Whether what the source gives must be held against the query again.
    let filters: Bool
    /// A property whose index would have helped, to be registered.
    var wanted: String?

    /// The index that the plan reads.
    var index: Int64? {
        if case .entries(let index, _, _, _) = source { index } else { nil }
    }
}

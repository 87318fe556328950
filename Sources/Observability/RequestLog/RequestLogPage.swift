/// A page of records.
public struct RequestLogPage: Sendable, Hashable {
    /// The records, in the query's order.
    public let records: [StoredRecord]
    /// What to give as `pageToken` for the next page; nil where there is no more.
    public let nextPageToken: String?
}

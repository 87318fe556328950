/// A page of the ledger, newest first.
public struct JobRunPage: Sendable, Hashable {
    /// The records.
    public let runs: [JobRun]
    /// What to ask the next page with; nil when this is the last.
    public let nextPageToken: String?
}

/// The body of `POST /admin/v1/purge`; both members may be left out.
public struct PurgeRequest: Codable, Sendable, Hashable {
    /// A duration such as `3m`; nil means the setting `purge.retain`.
    public let olderThan: String?
    /// Count only.
    public let dryRun: Bool?

    /// Creates a request.
    public init(olderThan: String?, dryRun: Bool?) {
        self.olderThan = olderThan
        self.dryRun = dryRun
    }
}

/// The answer of `POST /admin/v1/purge`.
public struct PurgeAnswer: Codable, Sendable, Hashable {
    /// How many storage logs were deleted, or would be with `dryRun`.
    public let deleted: Int
    /// True when nothing was deleted but only counted; absent otherwise.
    public let dryRun: Bool?

    /// Creates an answer.
    public init(deleted: Int, dryRun: Bool?) {
        self.deleted = deleted
        self.dryRun = dryRun
    }
}

public import Datastore

/// Which records are asked for, newest first.
public struct AuditQuery: Sendable, Hashable {
    /// Only from then on.
    public var since: Timestamp?
    /// Only before then.
    public var until: Timestamp?
    /// Only this principal's: the whole name (`user:root`) or what stands behind the colon (`root`).
    public var principal: String?
    /// Only this method, or all below a noun: `scheduler.jobs.run`, `scheduler`.
    public var method: String?
    /// Only this resource, or all below it: `scheduler/jobs/log-purge-job`, `scheduler/jobs`.
    public var resource: String?
    /// Only what ended so.
    public var outcome: AuditRecord.Outcome?
    /// How many records at most: 1 to 1,000.
    public var limit: Int
    /// Where the page before ended.
    public var pageToken: String?

    /// Creates a query; without arguments, for the newest 100 records.
    public init(
        since: Timestamp? = nil, until: Timestamp? = nil, principal: String? = nil, method: String? = nil,
        resource: String? = nil, outcome: AuditRecord.Outcome? = nil, limit: Int = 100, pageToken: String? = nil
    ) {
        self.since = since
        self.until = until
        self.principal = principal
        self.method = method
        self.resource = resource
        self.outcome = outcome
        self.limit = limit
        self.pageToken = pageToken
    }

    /// Whether a record passes what is not asked by its key.
    func matches(_ record: AuditRecord) -> Bool {
        let action = record.action
        let bare = action.principal.name.split(separator: ":", maxSplits: 1).last.map(String.init)
        return (principal == nil || principal == action.principal.name || principal == bare)
            && Self.isAtOrBelow(action.method, method, ".") && Self.isAtOrBelow(action.resource, resource, "/")
            && (outcome == nil || outcome == record.outcome)
    }

    private static func isAtOrBelow(_ name: String, _ wanted: String?, _ separator: String) -> Bool {
        guard let wanted else { return true }
        return name == wanted || name.hasPrefix(wanted + separator)
    }
}

/// A page of records. One that has fewer than were asked for, or none, is the last only when it has no token.
public struct AuditPage: Sendable, Hashable {
    /// The records, newest first.
    public let records: [AuditRecord]
    /// What to give as `pageToken` for the next page; nil when this is the last.
    public let nextPageToken: String?
}

/// One change through the admin, or an attempt at one.
public struct AuditInfo: Codable, Sendable, Hashable {
    /// When it was asked, RFC 3339 with microseconds.
    public let time: String
    /// When it ended; nil while it is under way.
    public let endTime: String?
    /// Who: `user:root`, `uid:1001` (a user without a name), `signal:SIGHUP`, `daemon`.
    public let principal: String
    /// The user id, of a process on this machine.
    public let uid: UInt32?
    /// The group id, of a process on this machine.
    public let gid: UInt32?
    /// The process id, of a process on this machine.
    public let pid: Int32?
    /// From where: `unix:` and the socket's path, an IP address, `signal`, or `daemon`.
    public let peer: String
    /// The verb, such as `scheduler.jobs.run`.
    public let method: String
    /// What it was to be done to, such as `scheduler/jobs/log-purge-job`.
    public let resource: String
    /// What was given along, short and without secrets.
    public let parameters: [String: String]
    /// `ok`, `denied`, `failed`, `running` or `interrupted`.
    public let result: String
    /// The answer's HTTP status.
    public let status: Int?
    /// Why it did not go well.
    public let message: String?
    /// The id of the request.
    public let requestId: String?

    /// Creates a record.
    public init(
        time: String, endTime: String?, principal: String, uid: UInt32?, gid: UInt32?, pid: Int32?, peer: String,
        method: String, resource: String, parameters: [String: String], result: String, status: Int?, message: String?,
        requestId: String?
    ) {
        self.time = time
        self.endTime = endTime
        self.principal = principal
        self.uid = uid
        self.gid = gid
        self.pid = pid
        self.peer = peer
        self.method = method
        self.resource = resource
        self.parameters = parameters
        self.result = result
        self.status = status
        self.message = message
        self.requestId = requestId
    }
}

/// The answer of `GET /admin/v1/audit`: one page, newest first.
public struct AuditPageInfo: Codable, Sendable, Hashable {
    /// The records.
    public let records: [AuditInfo]
    /// What to give as `pageToken` for the next page; nil when this is the last.
    public let nextPageToken: String?

    /// Creates a page.
    public init(records: [AuditInfo], nextPageToken: String?) {
        self.records = records
        self.nextPageToken = nextPageToken
    }
}

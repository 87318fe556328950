public import Datastore

/// One change, or an attempt at one: who, what, when, from where, and how it ended.
public struct AuditRecord: Sendable, Hashable {
    /// How a change ended.
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// It was made.
        case ok
        /// Whoever asked may not.
        case denied
        /// It was tried, or could not be: the message says why.
        case failed
        /// It is under way.
        case running
        /// The daemon ended before the change did, or before its end could be recorded.
        case interrupted
    }

    /// What was asked.
    public let action: AuditAction
    /// When it was asked: the record's key.
    public internal(set) var time: Timestamp
    /// When it ended; nil while it is under way.
    public internal(set) var endTime: Timestamp?
    /// How it ended.
    public internal(set) var outcome: Outcome
    /// The answer's HTTP status; nil where there is none.
    public internal(set) var status: Int?
    /// Why it did not go well.
    public internal(set) var message: String?
}

/// What somebody asked the daemon to change.
public struct AuditAction: Sendable, Hashable {
    /// Who asked.
    public let principal: AuditPrincipal
    /// From where: `unix:` and the socket's path, an IP address, `signal`, or `daemon`.
    public let peer: String
    /// The verb, such as `scheduler.jobs.run`.
    public let method: String
    /// What it was to be done to, such as `scheduler/jobs/log-purge-job`.
    public let resource: String
    /// What was given along, short and without secrets: see `AuditParameters`.
    public let parameters: [String: String]
    /// The id of the request; nil where there was none.
    public let requestID: String?

    /// Creates an action.
    public init(
        principal: AuditPrincipal, peer: String, method: String, resource: String, parameters: [String: String] = [:],
        requestID: String? = nil
    ) {
        self.principal = principal
        self.peer = AuditParameters.shortened(peer)
        self.method = method
        self.resource = AuditParameters.shortened(resource)
        self.parameters = parameters
        self.requestID = requestID
    }

    /// The same, with further parameters.
    func adding(_ more: [String: String]) -> AuditAction {
        AuditAction(
            principal: principal, peer: peer, method: method, resource: resource,
            parameters: parameters.merging(more) { $1 }, requestID: requestID)
    }
}

/// Who changes something.
public struct AuditPrincipal: Sendable, Hashable {
    /// A kind and a name: `user:root`, `uid:1001` (a user without a name), `signal:SIGHUP`, `daemon`; later an email.
    public let name: String
    /// The user id, of a process on this machine.
    public let uid: UInt32?
    /// The group id, of a process on this machine.
    public let gid: UInt32?
    /// The process id, of a process on this machine.
    public let pid: Int32?

    /// Creates a principal.
    public init(_ name: String, uid: UInt32? = nil, gid: UInt32? = nil, pid: Int32? = nil) {
        self.name = name
        self.uid = uid
        self.gid = gid
        self.pid = pid
    }

    /// Whoever may send signals to the daemon: systemd, root, the daemon's own user.
    public static let reloadSignal = AuditPrincipal("signal:SIGHUP")
    /// The daemon itself.
    public static let daemon = AuditPrincipal("daemon")
}

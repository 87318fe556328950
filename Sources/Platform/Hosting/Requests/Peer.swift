/// Who is at the other end of a connection.
public enum Peer: Sendable, Hashable {
    /// A client over TCP, by its address without port, such as `127.0.0.1` or `::1`.
    case tcp(String)
    /// A process on this machine over a unix socket, as the kernel names it.
    case unix(PeerCredentials)

    /// The client's IP address; nil over a unix socket.
    public var ipAddress: String? { if case .tcp(let address) = self { address } else { nil } }
    /// The process's credentials; nil over TCP.
    public var credentials: PeerCredentials? { if case .unix(let credentials) = self { credentials } else { nil } }
}

/// The process at the other end of a unix socket at the time it connected (SO_PEERCRED).
public struct PeerCredentials: Sendable, Hashable {
    /// The process id.
    public let pid: Int32
    /// The effective user id.
    public let uid: UInt32
    /// The effective group id; supplementary groups are not told.
    public let gid: UInt32

    /// Creates credentials.
    public init(pid: Int32, uid: UInt32, gid: UInt32) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
    }
}

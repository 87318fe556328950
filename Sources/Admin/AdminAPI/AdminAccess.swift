import Hosting

/// Who may change things: root and the daemon's own user, over the unix socket, by the kernel's word (SO_PEERCRED).
/// Who may connect at all, the socket's mode decides; they read.
struct AdminAccess: Sendable {
    let daemonUser: UInt32

    func requireWriter(_ peer: Peer) throws(AdminProblem) {
        guard case .unix(let credentials) = peer else {
            throw .denied("changes are taken on the unix socket only")
        }
        guard isWriter(credentials) else {
            throw .denied(
                "user \(credentials.uid) may read only; root and the daemon's user (\(daemonUser)) may change things")
        }
    }

    func isWriter(_ credentials: PeerCredentials) -> Bool {
        credentials.uid == 0 || credentials.uid == daemonUser
    }
}

import Glibc

/// The datagram socket on which a service manager listens: a path, or with `@` in front a name in Linux' abstract
/// namespace.
struct NotifySocket: Sendable {
    private let address: [UInt8]

    /// How long a send may wait for a manager that does not read: it must not hold up what it reports about.
    private static let patience = timeval(tv_sec: 2, tv_usec: 0)

    /// Nil for what is no address of a unix socket.
    init?(_ name: String) {
        var bytes = Array(name.utf8)
        guard bytes.count >= 2, bytes.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
        switch bytes[0] {
        case UInt8(ascii: "/"): break
        case UInt8(ascii: "@"): bytes[0] = 0
        default: return nil
        }
        address = bytes
    }

    /// Sends one datagram. A socket each time, as sd_notify does: the manager may have been executed anew meanwhile.
    func send(_ bytes: [UInt8]) throws(ServiceManagerError) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ServiceManagerError(.noSocket, "socket", errno: errno) }
        defer { close(descriptor) }
        var patience = Self.patience
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: address) }
        // An abstract name is what the length says, with no NUL behind it.
        let length = socklen_t(MemoryLayout<sa_family_t>.size + address.count)
        let sent = withUnsafePointer(to: &target) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), target, length)
            }
        }
        guard sent == bytes.count else { throw ServiceManagerError(.notTaken, "sendto", errno: errno) }
    }
}

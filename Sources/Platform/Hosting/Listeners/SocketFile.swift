import Glibc

/// A unix socket's file: made with its mode, and removed when it is still the one that was made.
struct SocketFile: Sendable {
    private let path: String
    private let device: UInt
    private let inode: UInt

    /// Why a socket's file could not be made.
    enum Failure: Error {
        /// Somebody listens on it.
        case inUse
        /// The path holds something else than a socket.
        case notASocket
        /// A system call failed.
        case system(Int32)
    }

    /// Binds and listens. A file that was left behind, on which nobody listens, is removed first.
    ///
    /// - Parameters:
    ///   - path: the path, of at most 107 bytes.
    ///   - mode: the file's mode; it is set before anybody can connect.
    /// - Returns: the listening socket and its file.
    static func open(_ path: String, mode: UInt32) throws(Failure) -> (descriptor: CInt, file: SocketFile) {
        try removeStale(path)
        let socket = try makeSocket()
        do throws(Failure) {
            try check(withAddress(of: path) { bind(socket, $0, $1) })
            try check(chmod(path, mode_t(mode)))
            try check(listen(socket, 1_024))
            var status = stat()
            try check(lstat(path, &status))
            return (socket, SocketFile(path: path, device: UInt(status.st_dev), inode: UInt(status.st_ino)))
        } catch {
            Glibc.close(socket)
            throw error
        }
    }

    /// Removes the file, unless another has taken its place.
    func remove() {
        var status = stat()
        guard lstat(path, &status) == 0, UInt(status.st_dev) == device, UInt(status.st_ino) == inode else { return }
        unlink(path)
    }

    private static func removeStale(_ path: String) throws(Failure) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket }
        let probe = try makeSocket()
        defer { Glibc.close(probe) }
        // Only a refused connection proves that nobody listens: a full queue, or no right to connect, does not.
        guard withAddress(of: path, { connect(probe, $0, $1) }) != 0 else { throw .inUse }
        switch errno {
        case ECONNREFUSED: try check(unlink(path))
        case ENOENT: break
        case EAGAIN: throw .inUse
        default: throw .system(errno)
        }
    }

    private static func makeSocket() throws(Failure) -> CInt {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let socket = Glibc.socket(AF_UNIX, type, 0)
        guard socket >= 0 else { throw .system(errno) }
        return socket
    }

    private static func check(_ result: CInt) throws(Failure) {
        guard result == 0 else { throw errno == EADDRINUSE ? .inUse : .system(errno) }
    }

    private static func withAddress(
        of path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return -1
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

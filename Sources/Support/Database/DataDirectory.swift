import Glibc
import Synchronization

/// The daemon's data directory, held by one process at a time.
///
/// The lock keeps the rule that only one process opens the files in it (see `Writer`). It belongs to the open
/// descriptor, so that the kernel gives it back however the process ends; a left-over file `lock` means nothing.
public final class DataDirectory: Sendable {
    /// The directory's path, as it was given.
    public let path: String
    private let descriptor: Mutex<Int32?>

    /// Creates the directory (mode 0700) and its parents where they are missing, and takes its lock.
    public init(path: String) throws(DataDirectoryError) {
        self.path = path
        try DataDirectory.create(path)
        descriptor = Mutex(try DataDirectory.lock(path))
    }

    deinit {
        release()
    }

    /// The path of `name` inside the directory.
    public func path(of name: String) -> String {
        path.hasSuffix("/") ? path + name : path + "/" + name
    }

    /// Gives the lock back; the files must be closed by then. A second call does nothing.
    public func release() {
        let held = descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        guard let held else { return }
        // Said, not left to the close: a child that is just being started may hold the descriptor for a moment more.
        flock(held, LOCK_UN)
        close(held)
    }

    private static func create(_ path: String) throws(DataDirectoryError) {
        var status = stat()
        if stat(path, &status) != 0 {
            try createParents(of: path)
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw failure("\(path) cannot be made", errno)
            }
            guard stat(path, &status) == 0 else { throw failure("\(path) cannot be looked at", errno) }
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw DataDirectoryError(
                code: .unusable, message: "\(path) is not a directory. Move it away, or set data_dir to another path")
        }
    }

    private static func createParents(of path: String) throws(DataDirectoryError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).dropLast()
        var parent = path.hasPrefix("/") ? "/" : ""
        for part in parts {
            parent += part + "/"
            guard mkdir(parent, 0o755) == 0 || errno == EEXIST || errno == EISDIR || access(parent, F_OK) == 0 else {
                throw failure("\(parent) cannot be made", errno)
            }
        }
    }

    private static func lock(_ path: String) throws(DataDirectoryError) -> Int32 {
        let name = path.hasSuffix("/") ? path + "lock" : path + "/lock"
        let descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("\(name) cannot be opened for writing", errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = code == EWOULDBLOCK ? processID(in: descriptor) : nil
            close(descriptor)
            guard code == EWOULDBLOCK else { throw failure("\(name) cannot be locked", code) }
            throw inUse(path, holder)
        }
        // For whoever looks, and for the message of the next one that comes: the lock itself is the kernel's.
        let text = Array("\(getpid())\n".utf8)
        // Written over what is there, and cut afterwards: a full disk may have no block for a file that was emptied.
        let written = text.withUnsafeBytes { bytes in pwrite(descriptor, bytes.baseAddress, bytes.count, 0) }
        guard written == text.count, ftruncate(descriptor, off_t(text.count)) == 0 else {
            let code = errno
            close(descriptor)
            throw failure("\(name) cannot be written", code)
        }
        return descriptor
    }

    private static func inUse(_ path: String, _ holder: Int32?) -> DataDirectoryError {
        let who = holder.map { "process \($0)" } ?? "another process"
        return DataDirectoryError(
            code: .inUse,
            message: "the data directory \(path) is in use by \(who). Stop that one, or set data_dir to another path",
            holder: holder)
    }

    private static func processID(in descriptor: Int32) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = buffer.withUnsafeMutableBytes { bytes in pread(descriptor, bytes.baseAddress, bytes.count, 0) }
        let digits = buffer.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }
        return Int32(String(decoding: digits, as: UTF8.self))
    }

    private static func failure(_ what: String, _ code: Int32) -> DataDirectoryError {
        let isPermission = code == EACCES || code == EPERM || code == EROFS
        return DataDirectoryError(
            code: isPermission ? .permissionDenied : .unusable,
            message: "\(what): \(systemMessage(code)). Give it to this user, or set data_dir to another path")
    }
}

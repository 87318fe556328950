import Glibc

/// By what a file is known to be as it was: its number, its size, and when it was last written.
struct FileStamp: Sendable, Hashable {
    let inode: UInt64
    let size: Int64
    /// Nanoseconds since 1970.
    let modified: Int64

    init(inode: UInt64, size: Int64, modified: Int64) {
        self.inode = inode
        self.size = size
        self.modified = modified
    }

    init(_ status: stat) {
        self.init(
            inode: UInt64(status.st_ino), size: Int64(status.st_size),
            modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
    }
}

import Glibc
import Synchronization

/// Blocks for the whole of a WAL-index (`-shm`), allocated when the file is opened.
///
/// SQLite writes the index through mapped memory, where a disk without room is a SIGBUS that ends the process. It
/// therefore writes one byte into each page of memory before it maps it, which allocates no more than one block: too
/// little where blocks are smaller than pages, as on an ext4 of less than 512 MiB.
///
/// The descriptor stays open for as long as connections are: to close any descriptor of a file takes away all locks
/// that the process has on it, SQLite's with them.
final class WALIndexBlocks: Sendable {
    /// What SQLite grows the index by.
    private static let step = 32_768
    /// Bytes of the index for a page in the log.
    private static let entryBytes = 8
    /// The index of a log of 512 MiB, as large as a disk with small blocks usually is at most.
    private static let most = 1 << 20

    private let path: String
    private let bytes: Int
    private let descriptor: Mutex<CInt?>

    /// Opens the index of a database's file; nil where blocks are as large as pages, and where there is no index.
    ///
    /// - Parameter blockBytes: the size of the disk's blocks; nil to ask the disk.
    init?(database path: String, blockBytes: Int? = nil) {
        self.path = "\(path)-shm"
        var disk = statvfs()
        guard statvfs(self.path, &disk) == 0, blockBytes ?? Int(clamping: disk.f_bsize) < sysconf(CInt(_SC_PAGESIZE))
        else { return nil }
        let descriptor = open(self.path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        bytes = Self.bytes(forDiskOf: Double(disk.f_blocks) * Double(disk.f_frsize))
        self.descriptor = Mutex(descriptor)
    }

    deinit { close() }

    /// What the index of a log takes that fills a disk of so many bytes.
    static func bytes(forDiskOf bytes: Double) -> Int {
        let index = min(bytes / Double(WriteAheadLog.pageBytes) * Double(entryBytes), Double(most - step))
        return (Int(index) / step + 1) * step
    }

    /// Allocates the blocks, once SQLite has opened the index: the first connection to do so empties it.
    ///
    /// - Throws: a ``DatabaseOpenError`` `diskFull` where there is no room.
    func allocate() throws(DatabaseOpenError) {
        let failure = descriptor.withLock { descriptor in
            descriptor.map { posix_fallocate($0, 0, off_t(bytes)) } ?? 0
        }
        // A file system that cannot is as it was.
        guard failure != ENOSPC, failure != EDQUOT else {
            throw DatabaseOpenError(code: .diskFull, message: "no space is left for \(path). Free some")
        }
    }

    /// Closes the descriptor, after the last connection.
    func close() {
        if let descriptor = descriptor.withLock({ $0.take() }) { Glibc.close(descriptor) }
    }
}

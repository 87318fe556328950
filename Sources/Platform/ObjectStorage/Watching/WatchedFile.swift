import Glibc

/// A look at one file of a watched folder.
enum WatchedFile: Sendable {
    /// The checksums of its bytes.
    struct Checked: Sendable {
        let crc32c: UInt32
        let md5: [UInt8]
    }

    /// There is no regular file.
    case none
    /// It is as it is known.
    case known
    /// It was written while it was read.
    case unsteady
    /// It was read.
    case read(FileStamp, Checked)

    /// Looks at a file, and reads it when it is not as it is known.
    static func read(
        _ name: String, in tree: WatchedTree, unless known: BlobPlace?
    ) throws(ObjectStorageError) -> WatchedFile {
        guard let descriptor = try tree.openFile(name) else { return .none }
        defer { close(descriptor) }
        guard let before = WatchedTree.stamp(descriptor) else { return .none }
        if case .watched(before)? = known { return .known }
        var checksums = Checksums()
        while true {
            let bytes = try FileCalls.read(descriptor, at: checksums.size, count: 1_048_576)
            guard !bytes.isEmpty else { break }
            bytes.withUnsafeBytes { checksums.update($0) }
        }
        guard WatchedTree.stamp(descriptor) == before, checksums.size == before.size else { return .unsteady }
        return .read(before, Checked(crc32c: checksums.crc32c, md5: checksums.md5))
    }
}

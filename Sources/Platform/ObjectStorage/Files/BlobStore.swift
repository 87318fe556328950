import Glibc

/// The files that hold objects' bytes: `buckets/BUCKET/xx/ID` in the data directory, and `buckets/.uploads/ID` while
/// they are written. One file system, so that a finished file gets its place by a rename.
///
/// All methods wait for the disk.
struct BlobStore: Sendable {
    let root: String
    /// Whether the disk has room for more; what fills it to the last byte would take it from all others.
    let hasRoom: @Sendable () -> Bool

    /// Names of buckets do not begin with a dot, so this is none.
    static let uploadsFolder = ".uploads"

    var uploads: String { "\(root)/\(Self.uploadsFolder)" }

    func folder(of bucket: String) -> String { "\(root)/\(bucket)" }

    func path(_ bucket: String, _ id: BlobID) -> String { "\(folder(of: bucket))/\(id.shard)/\(id)" }

    func uploadPath(_ id: BlobID) -> String { "\(uploads)/\(id)" }

    /// Throws `outOfSpace` while the disk is nearly full.
    func requireRoom() throws(ObjectStorageError) {
        guard hasRoom() else { throw .noRoom }
    }

    /// Makes the folders that are always there.
    func prepare() throws(ObjectStorageError) {
        if try FileCalls.makeDirectory(root) {
            let parent = root.lastIndex(of: "/").map { String(root[..<$0]) } ?? "."
            try FileCalls.syncDirectory(parent.isEmpty ? "/" : parent)
        }
        if try FileCalls.makeDirectory(uploads) { try FileCalls.syncDirectory(root) }
    }

    /// Gives a finished and synced upload its place, durably.
    func publish(_ id: BlobID, in bucket: String) throws(ObjectStorageError) {
        try makeFolders(bucket, id)
        guard rename(uploadPath(id), path(bucket, id)) == 0 else {
            throw FileCalls.failure("rename", uploadPath(id))
        }
        try FileCalls.syncDirectory("\(folder(of: bucket))/\(id.shard)")
    }

    /// Makes a file an upload's again: a crash has come between its getting its place and its object. Nothing happens
    /// where there is no such file.
    func takeBack(_ id: BlobID, from bucket: String) {
        guard access(uploadPath(id), F_OK) != 0 else { return }
        rename(path(bucket, id), uploadPath(id))
    }

    /// Gives the bytes of one file a second name, durably: both are the same bytes on the disk, and each name can go
    /// by itself.
    func link(_ source: BlobID, of sourceBucket: String, as id: BlobID, in bucket: String) throws(ObjectStorageError) {
        try makeFolders(bucket, id)
        guard Glibc.link(path(sourceBucket, source), path(bucket, id)) == 0 else {
            throw FileCalls.failure("link", path(sourceBucket, source))
        }
        try FileCalls.syncDirectory("\(folder(of: bucket))/\(id.shard)")
    }

    /// Removes a file, if it is there. Who reads it just now goes on reading.
    func remove(_ id: BlobID, from bucket: String) { unlink(path(bucket, id)) }

    /// Removes an upload's file, if it is there.
    func removeUpload(_ id: BlobID) { unlink(uploadPath(id)) }

    /// Removes a bucket's folder, as far as it is empty.
    func removeFolder(of bucket: String) throws(ObjectStorageError) {
        let folder = folder(of: bucket)
        for shard in try FileCalls.names(in: folder) {
            rmdir("\(folder)/\(String(decoding: shard, as: UTF8.self))")
        }
        rmdir(folder)
    }

    private func makeFolders(_ bucket: String, _ id: BlobID) throws(ObjectStorageError) {
        let folder = folder(of: bucket)
        if try FileCalls.makeDirectory(folder) { try FileCalls.syncDirectory(root) }
        if try FileCalls.makeDirectory("\(folder)/\(id.shard)") { try FileCalls.syncDirectory(folder) }
    }
}

import Glibc

/// The files below a watched folder, reached without following links: what is in the folder is in it, and nothing else
/// is.
struct WatchedTree: Sendable {
    let root: String

    /// What a folder has: files by name, and the names of folders. Names that no object can have are left out.
    struct Content: Sendable {
        var files: [String: FileStamp] = [:]
        var folders: [String] = []
    }

    /// The path of a name below the root; `folder` ends with a slash, or is empty.
    func path(_ name: String) -> String { name.isEmpty ? root : "\(root)/\(name)" }

    /// Which folder the root is: another one may have its path later, or another file system be mounted there.
    func identity() throws(ObjectStorageError) -> FolderIdentity {
        var status = stat()
        guard stat(root, &status) == 0 else { throw FileCalls.failure("look at", root) }
        return FolderIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// What a folder has; nil when it is gone.
    func content(of folder: String) throws(ObjectStorageError) -> Content? {
        guard let descriptor = try open(folder, O_RDONLY | O_DIRECTORY) else { return nil }
        guard let directory = fdopendir(descriptor) else {
            close(descriptor)
            throw FileCalls.failure("list", path(folder))
        }
        defer { closedir(directory) }
        var content = Content()
        while let entry = try nextEntry(directory, of: folder) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard bytes != [0x2E], bytes != [0x2E, 0x2E], let name = String(validating: bytes, as: UTF8.self),
                (try? Names.checkObject(folder + name)) != nil
            else { continue }
            var status = stat()
            guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
                if errno == ENOENT { continue }
                throw FileCalls.failure("look at", path(folder + name))
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: content.files[name] = FileStamp(status)
            case S_IFDIR: content.folders.append(name)
            default: break
            }
        }
        return content
    }

    /// The next entry; nil at the end, and only there: what an error hid would count as deleted.
    private func nextEntry(
        _ directory: OpaquePointer, of folder: String
    ) throws(ObjectStorageError) -> UnsafeMutablePointer<dirent>? {
        errno = 0
        if let entry = readdir(directory) { return entry }
        guard errno == 0 else { throw FileCalls.failure("list", path(folder)) }
        return nil
    }

    /// How a file is; nil when there is no regular file.
    func stamp(of name: String) throws(ObjectStorageError) -> FileStamp? {
        guard let descriptor = try openFile(name) else { return nil }
        defer { close(descriptor) }
        return Self.stamp(descriptor)
    }

    /// How many names a file has; 0 when there is no regular file.
    func names(of name: String) throws(ObjectStorageError) -> Int {
        guard let descriptor = try openFile(name) else { return 0 }
        defer { close(descriptor) }
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_nlink) : 0
    }

    /// Opens a regular file; nil when there is none.
    func openFile(_ name: String) throws(ObjectStorageError) -> Int32? {
        // Not to hang on a pipe that has the name of a file.
        guard let descriptor = try open(name, O_RDONLY | O_NONBLOCK) else { return nil }
        guard Self.stamp(descriptor) != nil else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// How an open file is; nil when it is no regular one.
    static func stamp(_ descriptor: Int32) -> FileStamp? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return FileStamp(status)
    }

    private func open(_ name: String, _ flags: Int32) throws(ObjectStorageError) -> Int32? {
        var descriptor = Glibc.open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileCalls.failure("open", root) }
        let parts = name.split(separator: "/", omittingEmptySubsequences: true)
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            let next = openat(
                descriptor, String(part), (isLast ? flags : O_RDONLY | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC)
            let number = errno
            close(descriptor)
            guard next >= 0 else {
                if [ENOENT, ENOTDIR, ELOOP, ENXIO, EACCES].contains(number) { return nil }
                errno = number
                throw FileCalls.failure("open", path(name))
            }
            descriptor = next
        }
        return descriptor
    }
}

/// A folder as the kernel tells it from all others.
struct FolderIdentity: Sendable, Hashable {
    let device: UInt64
    let inode: UInt64
}

import Glibc

/// System calls on files, with errors instead of numbers.
enum FileCalls {
    /// Opens a file; the descriptor is the caller's to close.
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o640) throws(ObjectStorageError) -> Int32 {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure("open", path) }
        return descriptor
    }

    /// Opens a file; nil when there is none.
    static func openIfThere(_ path: String, _ flags: Int32) throws(ObjectStorageError) -> Int32? {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC)
        guard descriptor < 0 else { return descriptor }
        guard errno == ENOENT || errno == ENOTDIR else { throw failure("open", path) }
        return nil
    }

    /// Writes all bytes at a place of the file. By places, since a write that fails in the middle would leave the
    /// descriptor's own where nobody knows.
    static func write(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int64
    ) throws(ObjectStorageError) {
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(written))
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("write", "an object's file")
            }
            written += count
        }
    }

    /// Reads up to `count` bytes from a place of the file; fewer only at its end.
    static func read(_ descriptor: Int32, at offset: Int64, count: Int) throws(ObjectStorageError) -> [UInt8] {
        var failed: ObjectStorageError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while let start = buffer.baseAddress, filled < count {
                let read = pread(descriptor, start + filled, count - filled, off_t(offset) + off_t(filled))
                if read < 0, errno == EINTR { continue }
                if read < 0 { failed = failure("read", "an object's file") }
                guard read > 0 else { return }
                filled += read
            }
        }
        if let failed { throw failed }
        return bytes
    }

    /// Makes what was written to a file durable.
    static func sync(_ descriptor: Int32) throws(ObjectStorageError) {
        guard fsync(descriptor) == 0 else { throw failure("fsync", "an object's file") }
    }

    /// Makes a directory's entries durable.
    static func syncDirectory(_ path: String) throws(ObjectStorageError) {
        let descriptor = try open(path, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        try sync(descriptor)
    }

    /// Makes a directory, if it is not there; returns whether it was made.
    @discardableResult
    static func makeDirectory(_ path: String) throws(ObjectStorageError) -> Bool {
        if mkdir(path, 0o750) == 0 { return true }
        guard errno == EEXIST else { throw failure("make", path) }
        return false
    }

    /// The names in a directory, without `.` and `..`; empty when there is no such directory. Bytes, since a name need
    /// not be UTF-8.
    static func names(in path: String) throws(ObjectStorageError) -> [[UInt8]] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw failure("list", path)
        }
        defer { closedir(directory) }
        var names: [[UInt8]] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [UInt8(ascii: ".")], name != [UInt8(ascii: "."), UInt8(ascii: ".")] { names.append(name) }
        }
        return names
    }

    static func failure(_ verb: String, _ path: String) -> ObjectStorageError {
        let number = errno
        let reason = String(cString: strerror(number))
        let isFull = number == ENOSPC || number == EDQUOT
        return isFull ? .noRoom : ObjectStorageError(.unavailable, "cannot \(verb) \(path): \(reason)")
    }
}

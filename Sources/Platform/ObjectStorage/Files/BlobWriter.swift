import Glibc
import Synchronization

/// Writes an upload's bytes into a file, and computes their checksums as they pass. For one caller at a time.
final class BlobWriter: Sendable {
    /// What is known of the written bytes.
    struct Written: Sendable {
        let size: Int64
        let crc32c: UInt32
        let md5: [UInt8]
    }

    private struct State: ~Copyable {
        var descriptor: Int32
        var checksums = Checksums()
    }

    let id: BlobID
    private let store: BlobStore
    private let state: Mutex<State>

    private init(_ id: BlobID, _ store: BlobStore, _ state: consuming sending State) {
        self.id = id
        self.store = store
        self.state = Mutex(state)
    }

    deinit { close() }

    /// Begins a new file.
    static func create(_ id: BlobID, in store: BlobStore) async throws(ObjectStorageError) -> BlobWriter {
        try await DiskWork.run { () throws(ObjectStorageError) in
            try store.requireRoom()
            let descriptor = try FileCalls.open(store.uploadPath(id), O_WRONLY | O_CREAT | O_EXCL)
            return BlobWriter(id, store, State(descriptor: descriptor))
        }
    }

    /// Goes on with a file of which `size` bytes are known to be right: what is behind them is cut off, and they are
    /// read again for their checksums.
    static func reopen(_ id: BlobID, in store: BlobStore, size: Int64) async throws(ObjectStorageError) -> BlobWriter {
        try await DiskWork.run { () throws(ObjectStorageError) in
            let descriptor = try FileCalls.open(store.uploadPath(id), O_RDWR)
            let writer = BlobWriter(id, store, State(descriptor: descriptor))
            try writer.readAgain(size)
            return writer
        }
    }

    /// How many bytes were written.
    var size: Int64 { state.withLock { $0.checksums.size } }

    /// What is known of the bytes so far.
    var written: Written {
        state.withLock { state in
            Written(size: state.checksums.size, crc32c: state.checksums.crc32c, md5: state.checksums.md5)
        }
    }

    /// Writes bytes behind those that were written before.
    func write(_ bytes: [UInt8]) async throws(ObjectStorageError) {
        guard !bytes.isEmpty else { return }
        try await DiskWork.run { () throws(ObjectStorageError) in
            try self.store.requireRoom()
            try self.writeNow(bytes)
        }
    }

    /// Makes what was written durable.
    func sync() async throws(ObjectStorageError) {
        try await DiskWork.run { () throws(ObjectStorageError) in
            try self.withDescriptor { descriptor throws(ObjectStorageError) in try FileCalls.sync(descriptor) }
        }
    }

    /// Syncs the file and gives it its place in a bucket.
    func publish(in bucket: String) async throws(ObjectStorageError) {
        try await DiskWork.run { () throws(ObjectStorageError) in
            try self.withDescriptor { descriptor throws(ObjectStorageError) in try FileCalls.sync(descriptor) }
            try self.store.publish(self.id, in: bucket)
        }
        close()
    }

    /// Gives the file up and removes it.
    func discard() async {
        close()
        try? await DiskWork.run { [store, id] () throws(ObjectStorageError) in store.removeUpload(id) }
    }

    private func close() {
        state.withLock { state in
            guard state.descriptor >= 0 else { return }
            Glibc.close(state.descriptor)
            state.descriptor = -1
        }
    }

    private func writeNow(_ bytes: [UInt8]) throws(ObjectStorageError) {
        try state.withLock { state throws(ObjectStorageError) in
            try Self.check(state.descriptor)
            let result: Result<Void, ObjectStorageError> = bytes.withUnsafeBytes { buffer in
                do throws(ObjectStorageError) {
                    try FileCalls.write(buffer, to: state.descriptor, at: state.checksums.size)
                    state.checksums.update(buffer)
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
            try result.get()
        }
    }

    private func readAgain(_ size: Int64) throws(ObjectStorageError) {
        try state.withLock { state throws(ObjectStorageError) in
            while state.checksums.size < size {
                let count = Int(min(1_048_576, size - state.checksums.size))
                let bytes = try FileCalls.read(state.descriptor, at: state.checksums.size, count: count)
                guard bytes.count == count else {
                    throw ObjectStorageError(.dataLoss, "the file of an upload is shorter than what was received")
                }
                bytes.withUnsafeBytes { state.checksums.update($0) }
            }
            guard ftruncate(state.descriptor, off_t(size)) == 0 else {
                throw FileCalls.failure("cut", "the file of an upload")
            }
        }
    }

    private func withDescriptor(
        _ body: (Int32) throws(ObjectStorageError) -> Void
    ) throws(ObjectStorageError) {
        try state.withLock { state throws(ObjectStorageError) in
            try Self.check(state.descriptor)
            try body(state.descriptor)
        }
    }

    private static func check(_ descriptor: Int32) throws(ObjectStorageError) {
        guard descriptor >= 0 else { throw ObjectStorageError(.unavailable, "the upload has ended") }
    }
}

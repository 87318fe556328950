import CoreMetrics

/// What a caller says of the bytes that it sends; nil says nothing.
public struct ExpectedContent: Sendable, Hashable {
    /// How many they are.
    public var size: Int64?
    /// Their CRC-32C in Base64.
    public var crc32c: String?
    /// Their MD5 in Base64.
    public var md5: String?

    /// Nothing said.
    public init(size: Int64? = nil, crc32c: String? = nil, md5: String? = nil) {
        self.size = size
        self.crc32c = crc32c
        self.md5 = md5
    }

    /// Throws `contentMismatch` when the bytes are not those.
    func check(_ written: BlobWriter.Written) throws(ObjectStorageError) {
        if let size, size != written.size {
            throw ObjectStorageError(
                .contentMismatch, "The content has \(written.size) bytes, where \(size) were announced.")
        }
        try Self.check("CRC32C", crc32c, ChecksumText.crc32c(written.crc32c))
        try Self.check("MD5 hash", md5, ChecksumText.md5(written.md5))
    }

    private static func check(_ what: String, _ given: String?, _ computed: String) throws(ObjectStorageError) {
        guard let given, !given.utf8.elementsEqual(computed.utf8) else { return }
        throw ObjectStorageError(
            .contentMismatch,
            "Provided \(what) \"\(given)\" doesn't match calculated \(what) \"\(computed)\".")
    }
}

/// One upload in one piece. For one caller; what is neither finished nor cancelled leaves a file for the sweep.
public final class ObjectUpload: Sendable {
    private let storage: ObjectStorage
    private let writer: BlobWriter
    private let bucket: String
    private let name: String
    private let metadata: ObjectMetadata
    private let conditions: Preconditions

    init(
        _ storage: ObjectStorage, _ writer: BlobWriter, _ bucket: String, _ name: String, _ metadata: ObjectMetadata,
        _ conditions: Preconditions
    ) {
        self.storage = storage
        self.writer = writer
        self.bucket = bucket
        self.name = name
        self.metadata = metadata
        self.conditions = conditions
    }

    /// Takes more bytes.
    public func write(_ bytes: [UInt8]) async throws {
        try await writer.write(bytes)
        storage.metrics.received.increment(by: bytes.count)
    }

    /// Stores the object; durable on return. Throws `contentMismatch`, `conditionNotMet`, `notFound`; nothing is left
    /// of it then.
    public func finish(_ expected: ExpectedContent = ExpectedContent()) async throws -> StoredObject {
        let written = writer.written
        do {
            try expected.check(written)
            try await writer.publish(in: bucket)
        } catch {
            await cancel()
            throw error
        }
        return try await storage.store(
            ObjectDraft(bucket: bucket, name: name, metadata: metadata, conditions: conditions, written, writer.id))
    }

    /// Gives it up; nothing is left of it.
    public func cancel() async {
        await writer.discard()
        await storage.abandon(writer.id, in: bucket)
    }
}

extension ObjectStorage {
    /// Begins an upload in one piece. Throws what can be known before the bytes are there.
    public func upload(
        _ bucket: String, _ name: String, _ metadata: ObjectMetadata = ObjectMetadata(),
        _ conditions: Preconditions = Preconditions()
    ) async throws -> ObjectUpload {
        try metadata.check()
        try await checkPlace(bucket, name, conditions)
        let id = underWay.begin()
        do {
            let writer = try await BlobWriter.create(id, in: blobs)
            return ObjectUpload(self, writer, bucket, name, metadata, conditions)
        } catch {
            underWay.end(id)
            throw error
        }
    }

    /// Stores bytes that are all there.
    @discardableResult
    public func store(
        _ bytes: [UInt8], _ bucket: String, _ name: String, _ metadata: ObjectMetadata = ObjectMetadata(),
        _ conditions: Preconditions = Preconditions()
    ) async throws -> StoredObject {
        let upload = try await upload(bucket, name, metadata, conditions)
        do { try await upload.write(bytes) } catch {
            await upload.cancel()
            throw error
        }
        return try await upload.finish()
    }
}

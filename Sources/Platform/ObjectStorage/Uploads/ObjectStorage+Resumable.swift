import CoreMetrics
import Datastore

/// How far a resumable upload is.
public enum ResumableState: Sendable {
    /// So many bytes are durable; more are to come.
    case active(received: Int64)
    /// It has become an object.
    case finished(StoredObject)
}

/// Which bytes of the whole a part of an upload has.
public struct UploadPart: Sendable, Hashable {
    /// Where the part begins; nil for one without bytes.
    public var offset: Int64?
    /// How many bytes the whole has; nil when that is not known yet.
    public var total: Int64?
    /// How many bytes the part says that it has.
    public var size: Int64?

    /// A part.
    public init(offset: Int64?, total: Int64?, size: Int64? = nil) {
        self.offset = offset
        self.total = total
        self.size = size
    }
}

// Uploads in parts, which go on where they stopped, also after a restart.
extension ObjectStorage {
    /// After how many bytes of one part what is there is made durable and noted.
    private static let checkpoint: Int64 = 32 * 1_048_576

    /// Begins an upload in parts; returns its id, which nobody can guess.
    public func beginResumable(
        _ bucket: String, _ name: String, _ metadata: ObjectMetadata, _ conditions: Preconditions,
        _ expected: ExpectedContent = ExpectedContent()
    ) async throws -> String {
        try metadata.check()
        try await checkPlace(bucket, name, conditions)
        let blob = underWay.begin()
        defer { underWay.end(blob) }
        let session = UploadSession(
            id: BlobID.random().description, bucket: bucket, name: name, metadata: metadata, conditions: conditions,
            expected: expected, blob: blob, timeCreated: now())
        let writer = try await BlobWriter.create(blob, in: blobs)
        do {
            // The session tells of a file whose name must be on the disk with it.
            try await DiskWork.run { [blobs] () throws(ObjectStorageError) in
                try FileCalls.syncDirectory(blobs.uploads)
            }
            try await datastore.insert(session.entity)
        } catch {
            await writer.discard()
            throw error
        }
        sessions.giveBack(session.id, writer)
        return session.id
    }

    /// How far an upload is. Throws `notFound` also when its object was changed or deleted since.
    public func resumableState(_ id: String) async throws -> ResumableState {
        let session = try await session(id)
        guard let generation = session.generation else { return .active(received: session.received) }
        return .finished(try await object(session.bucket, session.name, generation: generation))
    }

    /// Takes a part. What comes before it fails stays, and is where the next part goes on.
    ///
    /// - Parameters:
    ///   - part: which bytes these are. Bytes that are there already are passed over.
    ///   - expected: what is said of the whole with this part, besides what was said at the beginning.
    ///   - isLast: whether the end of these bytes is the end of the whole, however many they are.
    ///   - next: the bytes; nil at their end.
    /// - Throws: `wrongOffset`, `uploadBusy`, `notFound`, and what storing throws; and what `next` throws.
    public func append(
        to id: String, _ part: UploadPart, _ expected: ExpectedContent = ExpectedContent(), isLast: Bool = false,
        next: () async throws -> [UInt8]?
    ) async throws -> ResumableState {
        let kept = try sessions.take(id)
        var writer: BlobWriter?
        defer { sessions.giveBack(id, writer) }
        var session = try await session(id)
        guard session.generation == nil else { return try await resumableState(id) }
        let open = try await self.writer(of: session, kept: kept)
        writer = open
        do {
            try await receive(part, into: open, &session, next)
        } catch {
            try? await note(open, &session)
            throw error
        }
        guard (isLast && part.total == nil) || open.size == part.total ?? session.expected.size else {
            guard open.size <= part.total ?? session.expected.size ?? .max else {
                throw ObjectStorageError.invalid("There are more bytes than the upload has in all.")
            }
            try await note(open, &session)
            return .active(received: open.size)
        }
        writer = nil
        return .finished(try await finish(session, open, expected))
    }

    /// Gives an upload up. Throws `notFound`.
    public func cancelResumable(_ id: String) async throws {
        let kept = try sessions.take(id)
        defer { sessions.giveBack(id, nil) }
        let session = try await session(id)
        try await datastore.delete(UploadSession.key(id))
        await kept?.discard()
        try? await DiskWork.run { [blobs] () throws(ObjectStorageError) in blobs.removeUpload(session.blob) }
    }

    private func session(_ id: String) async throws -> UploadSession {
        guard let checked = BlobID(id), let entity = try await datastore.lookup(UploadSession.key(checked.description)),
            let session = UploadSession(entity.entity)
        else { throw ObjectStorageError(.notFound, "There is no such upload: begin a new one.") }
        return session
    }

    /// The open file, or the file opened again, up to the bytes that are known to be durable.
    private func writer(of session: UploadSession, kept: BlobWriter?) async throws -> BlobWriter {
        if let kept, kept.size == session.received { return kept }
        try await DiskWork.run { [blobs] () throws(ObjectStorageError) in
            blobs.takeBack(session.blob, from: session.bucket)
        }
        return try await BlobWriter.reopen(session.blob, in: blobs, size: session.received)
    }

    private func receive(
        _ part: UploadPart, into writer: BlobWriter, _ session: inout UploadSession,
        _ next: () async throws -> [UInt8]?
    ) async throws {
        guard let offset = part.offset else { return }
        guard offset <= writer.size else {
            throw ObjectStorageError(
                .wrongOffset, "The part begins at byte \(offset), where \(writer.size) bytes are there.")
        }
        var known = writer.size - offset
        var came: Int64 = 0
        while let bytes = try await next() {
            came += Int64(bytes.count)
            let skipped = min(known, Int64(bytes.count))
            known -= skipped
            let fresh = skipped == 0 ? bytes : Array(bytes.dropFirst(Int(skipped)))
            try await writer.write(fresh)
            metrics.received.increment(by: fresh.count)
            if writer.size - session.received >= Self.checkpoint { try await note(writer, &session) }
        }
        guard part.size ?? came == came else {
            throw ObjectStorageError.invalid("The part has \(came) bytes, where its Content-Range says otherwise.")
        }
    }

    /// Makes what is there durable, and then says so.
    private func note(_ writer: BlobWriter, _ session: inout UploadSession) async throws {
        guard writer.size != session.received else { return }
        try await writer.sync()
        let size = writer.size
        session.received = size
        let key = UploadSession.key(session.id)
        try await datastore.transaction { transaction in
            guard var stored = try transaction.get(key).flatMap(UploadSession.init) else {
                throw ObjectStorageError(.notFound, "The upload was given up.")
            }
            stored.received = size
            try transaction.put(stored.entity)
        }
    }

    /// The object and the end of its upload are one transaction: whoever asks for the state later hears the truth.
    private func finish(
        _ session: UploadSession, _ writer: BlobWriter, _ expected: ExpectedContent
    ) async throws -> StoredObject {
        let written = writer.written
        do {
            try session.expected.check(written)
            try expected.check(written)
        } catch {
            // These bytes will never be right.
            try await datastore.delete(UploadSession.key(session.id))
            await writer.discard()
            throw error
        }
        underWay.begin(session.blob)
        do { try await writer.publish(in: session.bucket) } catch {
            underWay.end(session.blob)
            throw error
        }
        do {
            return try await store(session.draft(written), keepsWhenFull: true) { transaction, object in
                guard var stored = try transaction.get(UploadSession.key(session.id)).flatMap(UploadSession.init) else {
                    throw ObjectStorageError(.notFound, "The upload was given up.")
                }
                stored.generation = object.generation
                stored.received = object.size
                try transaction.put(stored.entity)
            }
        } catch {
            // Where there was no room, it goes on when there is; else its file is gone, and nothing to resume.
            if (error as? DatastoreError)?.code != .diskFull {
                try? await datastore.delete(UploadSession.key(session.id))
            }
            throw error
        }
    }
}

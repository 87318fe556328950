import CoreMetrics
import Datastore
import Glibc
import Logging

// Objects: looking at them, changing what is said of them, deleting them.
extension ObjectStorage {
    /// What is known of an object.
    ///
    /// - Parameters:
    ///   - generation: the generation that it must have; only the present one is kept.
    ///   - conditions: what the reader wants to be so.
    /// - Throws: `notFound`, `conditionNotMet`, `notModified`.
    public func object(
        _ bucket: String, _ name: String, generation: Int64? = nil, _ conditions: Preconditions = Preconditions()
    ) async throws -> StoredObject {
        guard Self.canBe(bucket, name) else { throw ObjectStorageError.noObject(bucket, name) }
        let found = try await datastore.lookup([StoredObject.key(bucket, name), Bucket.key(bucket)])
        guard found.last != .some(nil) else { throw ObjectStorageError.noBucket }
        guard let entity = found.first??.entity, let object = StoredObject(entity),
            generation ?? object.generation == object.generation
        else { throw ObjectStorageError.noObject(bucket, name) }
        try conditions.check(object, reading: true)
        return object
    }

    /// Begins to read an object. Throws what `object` throws, `dataLoss` when its file is gone, and `unavailable` while
    /// the file of a watched folder is another one than was taken.
    public func reader(
        _ bucket: String, _ name: String, generation: Int64? = nil, _ conditions: Preconditions = Preconditions()
    ) async throws -> ObjectReader {
        // Between the look and the opening the object may be stored anew, which removes its file.
        for attempt in 0..<3 {
            let object = try await object(bucket, name, generation: generation, conditions)
            if let reader = try await open(object) { return reader }
            if case .watched = object.place, attempt == 2 {
                throw ObjectStorageError(
                    .unavailable, "The file of \(bucket)/\(name) is being written: try again when it is closed.")
            }
        }
        let failure = ObjectStorageError(.dataLoss, "The file of \(bucket)/\(name) is gone.")
        logger.error("an object cannot be read", metadata: ["object": "\(bucket)/\(name)"])
        throw failure
    }

    /// Counts bytes of an object that a client has taken.
    public func noteSent(_ bytes: Int) { metrics.sent.increment(by: bytes) }

    /// A reader of the object's file; nil when that is gone.
    private func open(_ object: StoredObject) async throws -> ObjectReader? {
        guard case .blob(let id) = object.place else { return try await openWatched(object) }
        let path = blobs.path(object.bucket, id)
        return try await DiskWork.run { () throws(ObjectStorageError) in
            guard let descriptor = try FileCalls.openIfThere(path, O_RDONLY) else { return nil }
            return ObjectReader(object, descriptor: descriptor)
        }
    }

    /// Changes what is said of an object. Throws `notFound`, `conditionNotMet`, `invalidArgument`.
    public func updateObject(
        _ bucket: String, _ name: String, generation: Int64? = nil, _ conditions: Preconditions = Preconditions(),
        _ change: @escaping @Sendable (inout ObjectMetadata) throws -> Void
    ) async throws -> StoredObject {
        guard Self.canBe(bucket, name) else { throw ObjectStorageError.noObject(bucket, name) }
        return try await changing { [events, now] transaction in
            let holder = try transaction.bucket(bucket)
            var object = try Self.existing(transaction, bucket, name, generation)
            try conditions.check(object)
            try change(&object.metadata)
            try object.metadata.check()
            object.metageneration += 1
            object.updated = now()
            try transaction.put(object.entity)
            let messages = events.messages(
                [.init(type: .metadataUpdate, object: object)], in: holder, at: object.updated)
            return (object, messages)
        }
    }

    /// Deletes an object. Throws `notFound`, `conditionNotMet`, and `notAllowed` in a watched folder.
    public func deleteObject(
        _ bucket: String, _ name: String, generation: Int64? = nil, _ conditions: Preconditions = Preconditions()
    ) async throws {
        guard Self.canBe(bucket, name) else { throw ObjectStorageError.noObject(bucket, name) }
        let object = try await changing(removes: true) { [events, now] transaction in
            let holder = try transaction.bucket(bucket)
            try holder.requireOwnFiles()
            let object = try Self.existing(transaction, bucket, name, generation)
            try conditions.check(object)
            try transaction.delete(StoredObject.key(bucket, name))
            return (object, events.messages([.init(type: .delete, object: object)], in: holder, at: now()))
        }
        metrics.deleted.increment()
        await removeFile(of: object)
    }

    /// Removes the file of an object that is no more. What fails here, the next sweep finds.
    func removeFile(of object: StoredObject?) async {
        guard let object, case .blob(let id) = object.place else { return }
        try? await DiskWork.run { [blobs] () throws(ObjectStorageError) in blobs.remove(id, from: object.bucket) }
    }

    static func existing(
        _ transaction: Transaction, _ bucket: String, _ name: String, _ generation: Int64?
    ) throws -> StoredObject {
        guard let object = try transaction.object(bucket, name), generation ?? object.generation == object.generation
        else { throw ObjectStorageError.noObject(bucket, name) }
        return object
    }

    /// Whether there can be such an object: what cannot be is not asked of the datastore.
    private static func canBe(_ bucket: String, _ name: String) -> Bool {
        (1...222).contains(bucket.utf8.count) && (1...1_024).contains(name.utf8.count)
    }
}

extension Bucket {
    /// Throws `notAllowed` for a watched folder: what is in it is the business of those who write there.
    func requireOwnFiles() throws(ObjectStorageError) {
        guard let watchedFolder else { return }
        throw ObjectStorageError(
            .notAllowed, "The bucket \(name) is the watched folder \(watchedFolder): change the files there.")
    }
}

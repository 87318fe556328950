import CoreMetrics
import Datastore

/// An object that is about to take its place: its bytes are durable, nobody sees it yet.
struct ObjectDraft: Sendable {
    let bucket: String
    let name: String
    let metadata: ObjectMetadata
    let conditions: Preconditions
    let size: Int64
    let crc32c: UInt32
    let md5: [UInt8]?
    var componentCount: Int64?
    let blob: BlobID

    init(
        bucket: String, name: String, metadata: ObjectMetadata, conditions: Preconditions, size: Int64, crc32c: UInt32,
        md5: [UInt8]?, componentCount: Int64? = nil, blob: BlobID
    ) {
        self.bucket = bucket
        self.name = name
        self.metadata = metadata
        self.conditions = conditions
        self.size = size
        self.crc32c = crc32c
        self.md5 = md5
        self.componentCount = componentCount
        self.blob = blob
    }

    /// A draft of bytes that were just written.
    init(
        bucket: String, name: String, metadata: ObjectMetadata, conditions: Preconditions,
        _ written: BlobWriter.Written, _ blob: BlobID
    ) {
        self.init(
            bucket: bucket, name: name, metadata: metadata, conditions: conditions, size: written.size,
            crc32c: written.crc32c, md5: written.md5, blob: blob)
    }

    func object(generation: Int64, at time: Timestamp) -> StoredObject {
        StoredObject(
            bucket: bucket, name: name, generation: generation, metageneration: 1, size: size, crc32c: crc32c, md5: md5,
            componentCount: componentCount, timeCreated: time, updated: time, metadata: metadata, place: .blob(blob))
    }
}

extension ObjectStorage {
    /// Lets an object take its place: the object, what its event tells and what `also` does are one transaction. The
    /// file that it replaces goes; when there is no place for it, its own does.
    ///
    /// - Parameter keepsWhenFull: whether its file stays when the disk has no room for the transaction.
    func store(
        _ draft: ObjectDraft, keepsWhenFull: Bool = false,
        also: @escaping @Sendable (Transaction, StoredObject) throws -> Void = { _, _ in }
    ) async throws -> StoredObject {
        do {
            let (new, old) = try await changing { [events, generations, now] transaction in
                let bucket = try transaction.bucket(draft.bucket)
                try bucket.requireOwnFiles()
                let old = try transaction.object(draft.bucket, draft.name)
                try draft.conditions.check(old)
                let time = now()
                let new = draft.object(generation: generations.next(time, after: old?.generation), at: time)
                try transaction.put(new.entity)
                try also(transaction, new)
                let messages = events.messages(ObjectEvents.stored(new, over: old), in: bucket, at: time)
                return ((new, old), messages)
            }
            underWay.end(draft.blob)
            metrics.stored.increment()
            await removeFile(of: old)
            return new
        } catch {
            // Whether a commit took place that the disk failed in, the next start will know: its sweep removes the file
            // or finds its object. Until then it counts as under way.
            switch (error as? DatastoreError)?.code {
            case .unavailable: break
            case .diskFull where keepsWhenFull: underWay.end(draft.blob)
            default: await abandon(draft.blob, in: draft.bucket)
            }
            throw error
        }
    }

    /// Removes a file that has its place but no object.
    func abandon(_ id: BlobID, in bucket: String) async {
        try? await DiskWork.run { [blobs] () throws(ObjectStorageError) in blobs.remove(id, from: bucket) }
        underWay.end(id)
    }

    /// Throws early what storing would throw in the end, so that nobody sends bytes in vain.
    func checkPlace(_ bucket: String, _ name: String, _ conditions: Preconditions) async throws {
        try Names.checkObject(name)
        let holder = try await self.bucket(bucket)
        try holder.requireOwnFiles()
        let stored = try await datastore.lookup(StoredObject.key(bucket, name))
        try conditions.check(stored.flatMap { StoredObject($0.entity) })
    }
}

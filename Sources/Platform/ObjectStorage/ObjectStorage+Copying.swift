import Datastore
import Logging

/// Where an object is, or is to be.
public struct ObjectPlace: Sendable, Hashable {
    /// The bucket.
    public let bucket: String
    /// The name.
    public let name: String
    /// The generation that a source must have; nil for the present one.
    public let generation: Int64?
    /// What must be so.
    public let conditions: Preconditions

    /// A place.
    public init(
        _ bucket: String, _ name: String, generation: Int64? = nil, _ conditions: Preconditions = Preconditions()
    ) {
        self.bucket = bucket
        self.name = name
        self.generation = generation
        self.conditions = conditions
    }
}

// Objects made of objects.
extension ObjectStorage {
    /// How many objects one may be composed of at once.
    public static let composeLimit = 32

    /// Stores an object's bytes under another name. They are not copied on the disk: both objects have them.
    ///
    /// - Parameter metadata: what is said of the copy; nil: what is said of the source.
    public func copy(
        _ source: ObjectPlace, to destination: ObjectPlace, metadata: ObjectMetadata? = nil
    ) async throws -> StoredObject {
        try metadata?.check()
        try await checkPlace(destination.bucket, destination.name, destination.conditions)
        let reader = try await reader(source.bucket, source.name, generation: source.generation, source.conditions)
        let object = reader.object
        let blob = underWay.begin()
        if await link(object, as: blob, in: destination.bucket) {
            return try await store(
                ObjectDraft(
                    bucket: destination.bucket, name: destination.name, metadata: metadata ?? object.metadata,
                    conditions: destination.conditions, size: object.size, crc32c: object.crc32c, md5: object.md5,
                    componentCount: object.componentCount, blob: blob))
        }
        underWay.end(blob)
        return try await concatenate(
            [reader], to: destination, metadata ?? object.metadata, componentCount: object.componentCount)
    }

    /// Stores the bytes of objects of one bucket, one after the other, as an object of it.
    public func compose(
        _ sources: [ObjectPlace], to destination: ObjectPlace, metadata: ObjectMetadata
    ) async throws -> StoredObject {
        guard (1...Self.composeLimit).contains(sources.count) else {
            throw ObjectStorageError.invalid("An object is composed of 1 to \(Self.composeLimit) objects at once.")
        }
        try metadata.check()
        try await checkPlace(destination.bucket, destination.name, destination.conditions)
        var readers: [ObjectReader] = []
        for source in sources {
            readers.append(
                try await reader(destination.bucket, source.name, generation: source.generation, source.conditions))
        }
        let count = readers.reduce(Int64(0)) { $0 + ($1.object.componentCount ?? 1) }
        return try await concatenate(readers, to: destination, metadata, componentCount: count)
    }

    /// Gives an object another name within its bucket, in one step that nobody sees the middle of.
    public func move(_ source: ObjectPlace, to destination: ObjectPlace) async throws -> StoredObject {
        guard source.bucket.utf8.elementsEqual(destination.bucket.utf8) else {
            throw ObjectStorageError.invalid("An object moves within its bucket only.")
        }
        guard !source.name.utf8.elementsEqual(destination.name.utf8) else {
            throw ObjectStorageError.invalid("Source and destination of a move must be different.")
        }
        try await checkPlace(destination.bucket, destination.name, destination.conditions)
        let (new, replaced) = try await changing { [events, generations, now] transaction in
            let bucket = try transaction.bucket(source.bucket)
            try bucket.requireOwnFiles()
            let old = try Self.existing(transaction, source.bucket, source.name, source.generation)
            try source.conditions.check(old)
            let replaced = try transaction.object(destination.bucket, destination.name)
            try destination.conditions.check(replaced)
            guard case .blob(let blob) = old.place else { throw ObjectStorageError.noObject(old.bucket, old.name) }
            let time = now()
            let draft = ObjectDraft(
                bucket: old.bucket, name: destination.name, metadata: old.metadata, conditions: Preconditions(),
                size: old.size, crc32c: old.crc32c, md5: old.md5, componentCount: old.componentCount, blob: blob)
            let new = draft.object(generation: generations.next(time, after: replaced?.generation), at: time)
            try transaction.delete(StoredObject.key(old.bucket, old.name))
            try transaction.put(new.entity)
            let changes = ObjectEvents.stored(new, over: replaced) + [.init(type: .delete, object: old)]
            return ((new, replaced), events.messages(changes, in: bucket, at: time))
        }
        await removeFile(of: replaced)
        return new
    }

    /// Gives the bytes of an object a second file name; false when that cannot be.
    private func link(_ object: StoredObject, as id: BlobID, in bucket: String) async -> Bool {
        guard case .blob(let source) = object.place else { return false }
        do {
            try await DiskWork.run { [blobs] () throws(ObjectStorageError) in
                try blobs.link(source, of: object.bucket, as: id, in: bucket)
            }
            return true
        } catch {
            // The source was stored anew meanwhile, or the file system has no links: the reader still has the bytes.
            logger.debug("an object's file cannot be linked", metadata: ["error": "\(error)"])
            return false
        }
    }

    private func concatenate(
        _ readers: [ObjectReader], to destination: ObjectPlace, _ metadata: ObjectMetadata, componentCount: Int64?
    ) async throws -> StoredObject {
        let blob = underWay.begin()
        let written: BlobWriter.Written
        do {
            let writer = try await BlobWriter.create(blob, in: blobs)
            do {
                for reader in readers {
                    var offset: Int64 = 0
                    while offset < reader.object.size {
                        let bytes = try await reader.read(at: offset)
                        try await writer.write(bytes)
                        offset += Int64(bytes.count)
                    }
                }
                written = writer.written
                try await writer.publish(in: destination.bucket)
            } catch {
                await writer.discard()
                throw error
            }
        } catch {
            underWay.end(blob)
            throw error
        }
        return try await store(
            ObjectDraft(
                bucket: destination.bucket, name: destination.name, metadata: metadata,
                conditions: destination.conditions, size: written.size, crc32c: written.crc32c,
                md5: componentCount == nil ? written.md5 : nil, componentCount: componentCount, blob: blob))
    }
}

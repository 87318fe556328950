import Datastore

/// A resumable upload as it is kept: what is to be stored, and how many bytes of it are durable.
struct UploadSession: Sendable, Hashable {
    static let kind = "StorageUpload"
    /// How long an upload may be resumed.
    static let lifetime = Duration.seconds(7 * 86_400)

    let id: String
    let bucket: String
    let name: String
    let metadata: ObjectMetadata
    let conditions: Preconditions
    let expected: ExpectedContent
    let blob: BlobID
    let timeCreated: Timestamp
    /// How many bytes are durable.
    var received: Int64 = 0
    /// The generation of the object that it has become.
    var generation: Int64?

    static func key(_ id: String) -> Key { Key(kind, name: id, namespace: Key.platformNamespace) }

    func draft(_ written: BlobWriter.Written) -> ObjectDraft {
        ObjectDraft(bucket: bucket, name: name, metadata: metadata, conditions: conditions, written, blob)
    }
}

extension UploadSession {
    var entity: Entity {
        var properties = metadata.properties
        properties["bucket"] = .string(bucket)
        properties["name"] = .string(name, excludeFromIndexes: true)
        properties["blob"] = .string(blob.description)
        properties["timeCreated"] = .timestamp(timeCreated)
        properties["received"] = .integer(received)
        properties["generation"] = generation.map { .integer($0) }
        properties["expectedSize"] = expected.size.map { .integer($0) }
        properties["expectedCRC32C"] = expected.crc32c.map { .string($0, excludeFromIndexes: true) }
        properties["expectedMD5"] = expected.md5.map { .string($0, excludeFromIndexes: true) }
        for (name, path) in Self.conditionNames { properties[name] = conditions[keyPath: path].map { .integer($0) } }
        return Entity(key: Self.key(id), properties: properties)
    }

    /// Nil when the entity is no upload, which only a hand in the file can have done.
    init?(_ entity: Entity) {
        guard let id = entity.key.name, let bucket = entity["bucket"]?.string, let name = entity["name"]?.string,
            let blob = entity["blob"]?.string.flatMap({ BlobID($0) }),
            let timeCreated = entity["timeCreated"]?.timestamp, let received = entity["received"]?.integer
        else { return nil }
        var conditions = Preconditions()
        for (name, path) in Self.conditionNames { conditions[keyPath: path] = entity[name]?.integer }
        self.init(
            id: id, bucket: bucket, name: name, metadata: ObjectMetadata(entity.properties), conditions: conditions,
            expected: ExpectedContent(
                size: entity["expectedSize"]?.integer, crc32c: entity["expectedCRC32C"]?.string,
                md5: entity["expectedMD5"]?.string),
            blob: blob, timeCreated: timeCreated, received: received, generation: entity["generation"]?.integer)
    }

    private static var conditionNames: [(String, WritableKeyPath<Preconditions, Int64?>)] {
        [
            ("ifGenerationMatch", \.generationMatch), ("ifGenerationNotMatch", \.generationNotMatch),
            ("ifMetagenerationMatch", \.metagenerationMatch), ("ifMetagenerationNotMatch", \.metagenerationNotMatch),
        ]
    }
}

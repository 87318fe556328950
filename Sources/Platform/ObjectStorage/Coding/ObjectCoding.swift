import Datastore
import JSON

// Objects as entities in the platform's namespace, below their buckets' and keyed by their names, so that the order of
// keys is the order in which objects are listed.
extension StoredObject {
    static let kind = "StorageObject"
    /// The property by which the file of an object is found, for cleaning up.
    static let blobProperty = "blob"

    static func key(_ bucket: String, _ name: String) -> Key {
        Key(kind, name: name, parent: Bucket.key(bucket))
    }

    var entity: Entity {
        var properties = metadata.properties
        properties["generation"] = .integer(generation)
        properties["metageneration"] = .integer(metageneration)
        properties["size"] = .integer(size)
        properties["crc32c"] = .integer(Int64(crc32c))
        properties["md5"] = md5.map { .blob($0, excludeFromIndexes: true) }
        properties["componentCount"] = componentCount.map { .integer($0) }
        properties["timeCreated"] = .timestamp(timeCreated)
        properties["updated"] = .timestamp(updated)
        switch place {
        case .blob(let id): properties[Self.blobProperty] = .string(id.description)
        case .watched(let stamp):
            properties["inode"] = .integer(Int64(bitPattern: stamp.inode))
            properties["modified"] = .integer(stamp.modified)
        }
        return Entity(key: Self.key(bucket, name), properties: properties)
    }

    /// Nil when the entity is no object, which only a hand in the file can have done.
    init?(_ entity: Entity) {
        guard let name = entity.key.name, let bucket = entity.key.parent?.name,
            let generation = entity["generation"]?.integer, let metageneration = entity["metageneration"]?.integer,
            let size = entity["size"]?.integer, let crc32c = entity["crc32c"]?.integer,
            let timeCreated = entity["timeCreated"]?.timestamp, let updated = entity["updated"]?.timestamp,
            let place = Self.place(entity, size: size)
        else { return nil }
        self.init(
            bucket: bucket, name: name, generation: generation, metageneration: metageneration, size: size,
            crc32c: UInt32(truncatingIfNeeded: crc32c), md5: entity["md5"]?.blob,
            componentCount: entity["componentCount"]?.integer, timeCreated: timeCreated, updated: updated,
            metadata: ObjectMetadata(entity.properties), place: place)
    }

    private static func place(_ entity: Entity, size: Int64) -> BlobPlace? {
        if let text = entity[blobProperty]?.string { return BlobID(text).map { .blob($0) } }
        guard let inode = entity["inode"]?.integer, let modified = entity["modified"]?.integer else { return nil }
        return .watched(FileStamp(inode: UInt64(bitPattern: inode), size: size, modified: modified))
    }
}

extension ObjectMetadata {
    /// The metadata as properties, which no index holds.
    var properties: Properties {
        var properties = Properties()
        for (name, path) in Self.texts {
            properties[name] = self[keyPath: path].map { .string($0, excludeFromIndexes: true) }
        }
        properties["customTime"] = customTime.map { .timestamp($0) }
        if !custom.isEmpty { properties["custom"] = .json(custom) }
        return properties
    }

    init(_ properties: Properties) {
        self.init()
        for (name, path) in Self.texts { self[keyPath: path] = properties[name]?.string }
        customTime = properties["customTime"]?.timestamp
        custom = properties["custom"]?.jsonObject ?? JSONObject()
    }

    /// The fields that are texts, by the names that they have in JSON too.
    public static var texts: [(name: String, path: WritableKeyPath<ObjectMetadata, String?>)] {
        [
            ("contentType", \.contentType), ("contentEncoding", \.contentEncoding),
            ("contentDisposition", \.contentDisposition), ("contentLanguage", \.contentLanguage),
            ("cacheControl", \.cacheControl), ("storageClass", \.storageClass),
        ]
    }
}

extension Value {
    /// A JSON object as its text: names of any form, which properties' names need not be.
    static func json(_ object: JSONObject) -> Value {
        .string(
            String(decoding: JSONValue.object(object).serialized(), as: UTF8.self), excludeFromIndexes: true)
    }

    /// The JSON object of a text.
    var jsonObject: JSONObject? { string.flatMap { try? JSONValue(parsing: $0.utf8).object } }
}

public import Datastore
public import JSON

/// An object: a name, bytes, and what is known of them.
public struct StoredObject: Sendable, Hashable {
    /// The bucket's name.
    public let bucket: String
    /// The name.
    public let name: String
    /// The version of its bytes: larger for later ones of the same name.
    public let generation: Int64
    /// The version of this generation's metadata, from 1.
    public var metageneration: Int64
    /// How many bytes it has.
    public let size: Int64
    /// The CRC-32C of its bytes.
    public let crc32c: UInt32
    /// The MD5 of its bytes; nil for one that was composed of others.
    public let md5: [UInt8]?
    /// Of how many objects it was composed; nil for one that was not.
    public let componentCount: Int64?
    /// When it was stored.
    public let timeCreated: Timestamp
    /// When it or its metadata was last changed.
    public var updated: Timestamp
    /// What its writer said of it.
    public var metadata: ObjectMetadata
    /// Where its bytes are.
    let place: BlobPlace
}

/// Where an object's bytes are.
enum BlobPlace: Sendable, Hashable {
    /// In the bucket's own folder.
    case blob(BlobID)
    /// In the watched folder, under the object's name, as the file was when it was last looked at.
    case watched(FileStamp)
}

/// What a writer says of an object; nil says nothing.
public struct ObjectMetadata: Sendable, Hashable {
    /// The media type.
    public var contentType: String?
    /// How the bytes are coded, such as `gzip`.
    public var contentEncoding: String?
    /// How a browser should present it.
    public var contentDisposition: String?
    /// The language.
    public var contentLanguage: String?
    /// How long it may be cached.
    public var cacheControl: String?
    /// A time that means what its writer wants.
    public var customTime: Timestamp?
    /// The storage class; kept and shown.
    public var storageClass: String?
    /// The writer's own metadata: texts by name.
    public var custom = JSONObject()

    /// Nothing said.
    public init(contentType: String? = nil, custom: JSONObject = JSONObject()) {
        self.contentType = contentType
        self.custom = custom
    }

    /// Throws when the writer's own metadata is too much.
    func check() throws(ObjectStorageError) {
        var size = 0
        for member in custom {
            guard let text = member.value.string else {
                throw .invalid("metadata.\(member.name) must be a string.")
            }
            size += member.name.utf8.count + text.utf8.count
        }
        guard size <= 8_192 else { throw .invalid("The metadata of an object may have at most 8192 bytes.") }
        let texts = [contentType, contentEncoding, contentDisposition, contentLanguage, cacheControl, storageClass]
        for case let text? in texts where text.utf8.count > 1_024 || text.utf8.contains(where: { $0 < 0x20 }) {
            throw .invalid("A field of an object's metadata is too long or has control characters.")
        }
    }
}

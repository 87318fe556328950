/// A bucket, as Cloud Storage's JSON API shows it. Numbers of 64 bits are texts there.
public struct BucketResource: Codable, Sendable, Hashable {
    /// The name.
    public let name: String
    /// Where it is.
    public let location: String
    /// The class of its objects.
    public let storageClass: String
    /// When it was made.
    public let timeCreated: String
    /// When it or its metadata was last changed.
    public let updated: String
    /// The version of its metadata.
    public let metageneration: String
    /// The operator's labels.
    public let labels: [String: String]?
    /// The folder whose files are the objects, if there is one.
    public let watchedFolder: String?
}

/// A page of buckets.
public struct BucketResources: Codable, Sendable, Hashable {
    /// The buckets; absent when there are none.
    public let items: [BucketResource]?
    /// Where the next page begins; absent on the last one.
    public let nextPageToken: String?
}

/// An object, as Cloud Storage's JSON API shows it.
public struct ObjectResource: Codable, Sendable, Hashable {
    /// The bucket.
    public let bucket: String
    /// The name.
    public let name: String
    /// How many bytes it has.
    public let size: String
    /// The version of its bytes.
    public let generation: String
    /// The version of its metadata.
    public let metageneration: String
    /// The media type.
    public let contentType: String?
    /// The CRC-32C in Base64.
    public let crc32c: String
    /// The MD5 in Base64; absent for one that was composed of others.
    public let md5Hash: String?
    /// When it was stored.
    public let timeCreated: String
    /// When it or its metadata was last changed.
    public let updated: String
}

/// A page of objects.
public struct ObjectResources: Codable, Sendable, Hashable {
    /// The objects; absent when there are none.
    public let items: [ObjectResource]?
    /// What names have in common up to the delimiter; absent when there is nothing.
    public let prefixes: [String]?
    /// Where the next page begins; absent on the last one.
    public let nextPageToken: String?
}

/// A notification of a bucket, as Cloud Storage's JSON API shows it; the names with underscores are Google's.
public struct NotificationResource: Codable, Sendable, Hashable {
    /// The id within the bucket.
    public let id: String
    /// The topic, `//pubsub.googleapis.com/projects/P/topics/T`.
    public let topic: String
    /// `JSON_API_V1` or `NONE`.
    public let payloadFormat: String
    /// The kinds of events; absent for all.
    public let eventTypes: [String]?
    /// Attributes that each message gets besides its own.
    public let customAttributes: [String: String]?
    /// Only objects whose names begin so.
    public let objectNamePrefix: String?

    private enum CodingKeys: String, CodingKey {
        case id, topic
        case payloadFormat = "payload_format"
        case eventTypes = "event_types"
        case customAttributes = "custom_attributes"
        case objectNamePrefix = "object_name_prefix"
    }
}

/// The notifications of a bucket.
public struct NotificationResources: Codable, Sendable, Hashable {
    /// The notifications; absent when there are none.
    public let items: [NotificationResource]?
}

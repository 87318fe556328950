public import Datastore
public import JSON

/// A bucket.
public struct Bucket: Sendable, Hashable {
    /// The name, unique on this machine.
    public let name: String
    /// When it was made.
    public let timeCreated: Timestamp
    /// When it or its metadata was last changed.
    public var updated: Timestamp
    /// The version of its metadata, from 1.
    public var metageneration: Int64
    /// The class that its objects have unless they say otherwise. It is kept and shown, and means nothing here.
    public var storageClass: String
    /// Where it is; kept and shown.
    public var location: String
    /// The operator's labels: texts by name.
    public var labels: JSONObject
    /// The folder whose files are the bucket's objects; nil for a bucket that keeps its objects itself.
    public var watchedFolder: String?
    /// Where changes of its objects are told.
    public var notifications: [NotificationConfig]
    /// How many notifications it has ever had: their ids are never used twice.
    var notificationCount: Int64

    init(
        name: String, timeCreated: Timestamp, updated: Timestamp, metageneration: Int64 = 1,
        storageClass: String = "STANDARD", location: String = "US", labels: JSONObject = JSONObject(),
        watchedFolder: String? = nil, notifications: [NotificationConfig] = [], notificationCount: Int64 = 0
    ) {
        self.name = name
        self.timeCreated = timeCreated
        self.updated = updated
        self.metageneration = metageneration
        self.storageClass = storageClass
        self.location = location
        self.labels = labels
        self.watchedFolder = watchedFolder
        self.notifications = notifications
        self.notificationCount = notificationCount
    }
}

/// What a caller says of a bucket that is made or changed; nil leaves a default, or what was.
public struct BucketMetadata: Sendable, Hashable {
    /// The class of its objects.
    public var storageClass: String?
    /// Where it is.
    public var location: String?
    /// Labels to set; null removes one.
    public var labels: JSONObject?
    /// Whether labels that are not named go.
    public var replacesLabels = false
    /// The folder to watch. Only for a bucket that is made.
    public var watchedFolder: String?

    /// Nothing said.
    public init() {}
}

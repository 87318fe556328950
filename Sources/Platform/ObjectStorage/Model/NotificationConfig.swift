public import JSON

/// A wish to be told of changes of a bucket's objects, on a topic.
public struct NotificationConfig: Sendable, Hashable {
    /// What an event's message carries besides its attributes.
    public enum PayloadFormat: String, Sendable, Hashable {
        /// The object's resource as JSON.
        case json = "JSON_API_V1"
        /// Nothing.
        case none = "NONE"
    }

    /// A number as text, unique in the bucket for good.
    public let id: String
    /// The topic, `projects/P/topics/T`.
    public let topic: String
    /// The kinds of events that are told; empty for all.
    public let eventTypes: [ObjectEventType]
    /// Attributes that each message gets besides the event's own: texts by name.
    public let customAttributes: JSONObject
    /// Only objects whose names begin so are told of.
    public let objectNamePrefix: String
    /// What a message carries.
    public let payloadFormat: PayloadFormat

    /// Creates a wish; the id is given when it is made part of a bucket.
    public init(
        id: String = "", topic: String, eventTypes: [ObjectEventType] = [],
        customAttributes: JSONObject = JSONObject(), objectNamePrefix: String = "",
        payloadFormat: PayloadFormat = .json
    ) {
        self.id = id
        self.topic = topic
        self.eventTypes = eventTypes
        self.customAttributes = customAttributes
        self.objectNamePrefix = objectNamePrefix
        self.payloadFormat = payloadFormat
    }

    /// Whether an event is one that is to be told.
    func wants(_ type: ObjectEventType, _ name: String) -> Bool {
        (eventTypes.isEmpty || eventTypes.contains(type)) && name.utf8.starts(with: objectNamePrefix.utf8)
    }
}

/// What can happen to an object.
public enum ObjectEventType: String, Sendable, Hashable, CaseIterable {
    /// It was stored, also over another one of its name.
    case finalize = "OBJECT_FINALIZE"
    /// Its metadata was changed.
    case metadataUpdate = "OBJECT_METADATA_UPDATE"
    /// It was deleted, also by another one of its name.
    case delete = "OBJECT_DELETE"
    /// It became an older version. Only buckets that keep versions have this, of which there are none here.
    case archive = "OBJECT_ARCHIVE"
}

/// One topic.
public struct TopicInfo: Codable, Sendable, Hashable {
    /// The full name, `projects/P/topics/T`.
    public let name: String
    /// For how long a seek finds its messages, in seconds with an `s` behind; nil: not at all.
    public let messageRetentionDuration: String?
    /// The operator's labels; nil: none.
    public let labels: [String: String]?
    /// The full names of its subscriptions.
    public let subscriptions: [String]
    /// When it was made, RFC 3339.
    public let createTime: String

    /// Creates a topic's description.
    public init(
        name: String, messageRetentionDuration: String?, labels: [String: String]?, subscriptions: [String],
        createTime: String
    ) {
        self.name = name
        self.messageRetentionDuration = messageRetentionDuration
        self.labels = labels
        self.subscriptions = subscriptions
        self.createTime = createTime
    }
}

/// The answer of `GET /admin/v1/pubsub/topics`.
public struct TopicList: Codable, Sendable, Hashable {
    /// All topics, by name.
    public let topics: [TopicInfo]

    /// Creates a list.
    public init(topics: [TopicInfo]) {
        self.topics = topics
    }
}

/// The body of `POST /admin/v1/pubsub/topics`.
public struct TopicBody: Codable, Sendable, Hashable {
    /// The id, or the full name.
    public let name: String
    /// A duration such as `7d`.
    public let messageRetentionDuration: String?

    /// Creates a body.
    public init(name: String, messageRetentionDuration: String?) {
        self.name = name
        self.messageRetentionDuration = messageRetentionDuration
    }
}

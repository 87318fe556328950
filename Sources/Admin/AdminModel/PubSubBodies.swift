/// One message to publish.
public struct PublishMessage: Codable, Sendable, Hashable {
    /// The data in Base64.
    public let data: String?
    /// Names and values beside it.
    public let attributes: [String: String]?
    /// Messages with the same key keep their order.
    public let orderingKey: String?

    /// Creates a message.
    public init(data: String?, attributes: [String: String]?, orderingKey: String?) {
        self.data = data
        self.attributes = attributes
        self.orderingKey = orderingKey
    }
}

/// The body of `POST /admin/v1/pubsub/topics/{topic}:publish`.
public struct PublishBody: Codable, Sendable, Hashable {
    /// The messages.
    public let messages: [PublishMessage]

    /// Creates a body.
    public init(messages: [PublishMessage]) {
        self.messages = messages
    }
}

/// The answer of a publish.
public struct PublishAnswer: Codable, Sendable, Hashable {
    /// The messages' ids, in the order of the messages.
    public let messageIds: [String]

    /// Creates an answer.
    public init(messageIds: [String]) {
        self.messageIds = messageIds
    }
}

/// The body of `POST /admin/v1/pubsub/subscriptions/{subscription}:pull`.
public struct PullBody: Codable, Sendable, Hashable {
    /// How many at most, 1 to 1000.
    public let maxMessages: Int
    /// How long to wait for the first one, such as `10s`; nil: not at all.
    public let wait: String?

    /// Creates a body.
    public init(maxMessages: Int, wait: String?) {
        self.maxMessages = maxMessages
        self.wait = wait
    }
}

/// The body of `:acknowledge` and `:modifyAckDeadline`.
public struct AckBody: Codable, Sendable, Hashable {
    /// What the messages came with.
    public let ackIds: [String]
    /// For `:modifyAckDeadline`: seconds from now; 0 gives the messages back.
    public let ackDeadlineSeconds: Int?

    /// Creates a body.
    public init(ackIds: [String], ackDeadlineSeconds: Int? = nil) {
        self.ackIds = ackIds
        self.ackDeadlineSeconds = ackDeadlineSeconds
    }
}

/// The answer of `:acknowledge` and `:modifyAckDeadline`.
public struct AckAnswer: Codable, Sendable, Hashable {
    /// How many of the messages were the caller's still.
    public let count: Int
    /// How many were not: their deadline was over and they were sent again, or they have ended.
    public let ignored: Int

    /// Creates an answer.
    public init(count: Int, ignored: Int) {
        self.count = count
        self.ignored = ignored
    }
}

/// The body of `:seek`.
public struct SeekBody: Codable, Sendable, Hashable {
    /// RFC 3339, or a duration back from now.
    public let time: String

    /// Creates a body.
    public init(time: String) {
        self.time = time
    }
}

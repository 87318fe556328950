/// One subscription, in Google's names, and how it stands.
public struct SubscriptionInfo: Codable, Sendable, Hashable {
    /// The full name, `projects/P/subscriptions/S`.
    public let name: String
    /// The topic's full name, or `_deleted-topic_`.
    public let topic: String
    /// Where messages are pushed to; nil: they are pulled.
    public let pushConfig: PushConfigInfo?
    /// Seconds.
    public let ackDeadlineSeconds: Int
    /// Whether a seek finds acknowledged messages.
    public let retainAckedMessages: Bool
    /// Seconds with an `s` behind.
    public let messageRetentionDuration: String
    /// After how long without use it is deleted; nil: never.
    public let expirationPolicy: ExpirationPolicyInfo?
    /// How long to wait before a message is sent again.
    public let retryPolicy: RetryPolicyInfo?
    /// Where messages go that were sent too often.
    public let deadLetterPolicy: DeadLetterPolicyInfo?
    /// The operator's labels; nil: none.
    public let labels: [String: String]?
    /// Which messages it receives; empty: all.
    public let filter: String
    /// Whether messages with one ordering key come in order.
    public let enableMessageOrdering: Bool
    /// Whether it was cut off from its topic.
    public let detached: Bool
    /// When it was made, RFC 3339.
    public let createTime: String
    /// How it stands.
    public let status: SubscriptionStatus

    /// Creates a subscription's description.
    public init(
        name: String, topic: String, pushConfig: PushConfigInfo?, ackDeadlineSeconds: Int, retainAckedMessages: Bool,
        messageRetentionDuration: String, expirationPolicy: ExpirationPolicyInfo?, retryPolicy: RetryPolicyInfo?,
        deadLetterPolicy: DeadLetterPolicyInfo?, labels: [String: String]?, filter: String, enableMessageOrdering: Bool,
        detached: Bool,
        createTime: String, status: SubscriptionStatus
    ) {
        self.name = name
        self.topic = topic
        self.pushConfig = pushConfig
        self.ackDeadlineSeconds = ackDeadlineSeconds
        self.retainAckedMessages = retainAckedMessages
        self.messageRetentionDuration = messageRetentionDuration
        self.expirationPolicy = expirationPolicy
        self.retryPolicy = retryPolicy
        self.deadLetterPolicy = deadLetterPolicy
        self.labels = labels
        self.filter = filter
        self.enableMessageOrdering = enableMessageOrdering
        self.detached = detached
        self.createTime = createTime
        self.status = status
    }
}

/// How a subscription stands.
public struct SubscriptionStatus: Codable, Sendable, Hashable {
    /// How many messages are not acknowledged; nil until they were counted after a start.
    public let backlog: Int?
    /// How many of them are with a receiver now.
    public let outstanding: Int
    /// When the oldest of them was published, RFC 3339.
    public let oldestUnackedTime: String?
    /// How many may be pushed at once now.
    public let pushWindow: Int?
    /// The last push that failed since the daemon started.
    public let lastPushFailure: PushFailureInfo?

    /// Creates a status.
    public init(
        backlog: Int?, outstanding: Int, oldestUnackedTime: String?, pushWindow: Int?,
        lastPushFailure: PushFailureInfo?
    ) {
        self.backlog = backlog
        self.outstanding = outstanding
        self.oldestUnackedTime = oldestUnackedTime
        self.pushWindow = pushWindow
        self.lastPushFailure = lastPushFailure
    }
}

/// A push that failed.
public struct PushFailureInfo: Codable, Sendable, Hashable {
    /// When, RFC 3339.
    public let time: String
    /// The endpoint's status; nil without an answer.
    public let status: Int?
    /// Why.
    public let message: String

    /// Creates a description.
    public init(time: String, status: Int?, message: String) {
        self.time = time
        self.status = status
        self.message = message
    }
}

/// The answer of `GET /admin/v1/pubsub/subscriptions`.
public struct SubscriptionList: Codable, Sendable, Hashable {
    /// All subscriptions, by name.
    public let subscriptions: [SubscriptionInfo]

    /// Creates a list.
    public init(subscriptions: [SubscriptionInfo]) {
        self.subscriptions = subscriptions
    }
}

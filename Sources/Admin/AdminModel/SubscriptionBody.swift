/// The body of `POST /admin/v1/pubsub/subscriptions`; what is nil is the default.
public struct SubscriptionBody: Codable, Sendable, Hashable {
    /// The id, or the full name.
    public var name: String
    /// The topic's id, or full name.
    public var topic: String
    /// Where messages are pushed to; nil: they are pulled.
    public var pushConfig: PushConfigInfo?
    /// Seconds.
    public var ackDeadlineSeconds: Int?
    /// Whether a seek finds acknowledged messages.
    public var retainAckedMessages: Bool?
    /// A duration such as `7d`.
    public var messageRetentionDuration: String?
    /// After how long without use it is deleted.
    public var expirationPolicy: ExpirationPolicyInfo?
    /// How long to wait before a message is sent again.
    public var retryPolicy: RetryPolicyInfo?
    /// Where messages go that were sent too often.
    public var deadLetterPolicy: DeadLetterPolicyInfo?
    /// Which messages it receives.
    public var filter: String?
    /// Whether messages with one ordering key come in order.
    public var enableMessageOrdering: Bool?

    /// Creates a body with the defaults.
    public init(name: String, topic: String) {
        self.name = name
        self.topic = topic
    }
}

/// The body of `PATCH /admin/v1/pubsub/subscriptions/{subscription}`: what is left out stays, what is null goes.
public struct SubscriptionPatch: Encodable, Sendable, Hashable {
    /// What becomes of a property.
    public enum Change<Value: Encodable & Sendable & Hashable>: Sendable, Hashable {
        /// It stays.
        case keep
        /// It is removed.
        case clear
        /// It is this from now on.
        case set(Value)
    }

    /// Where messages are pushed to.
    public var pushConfig = Change<PushConfigInfo>.keep
    /// Seconds.
    public var ackDeadlineSeconds = Change<Int>.keep
    /// Whether a seek finds acknowledged messages.
    public var retainAckedMessages = Change<Bool>.keep
    /// A duration such as `7d`.
    public var messageRetentionDuration = Change<String>.keep
    /// After how long without use it is deleted.
    public var expirationPolicy = Change<ExpirationPolicyInfo>.keep
    /// How long to wait before a message is sent again.
    public var retryPolicy = Change<RetryPolicyInfo>.keep
    /// Where messages go that were sent too often.
    public var deadLetterPolicy = Change<DeadLetterPolicyInfo>.keep

    /// Creates a patch that changes nothing.
    public init() {}

    private enum CodingKeys: CodingKey {
        case pushConfig, ackDeadlineSeconds, retainAckedMessages, messageRetentionDuration, expirationPolicy
        case retryPolicy, deadLetterPolicy
    }

    /// Writes what changes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        func write<Value>(_ change: Change<Value>, _ key: CodingKeys) throws {
            switch change {
            case .keep: return
            case .clear: try container.encodeNil(forKey: key)
            case .set(let value): try container.encode(value, forKey: key)
            }
        }
        try write(pushConfig, .pushConfig)
        try write(ackDeadlineSeconds, .ackDeadlineSeconds)
        try write(retainAckedMessages, .retainAckedMessages)
        try write(messageRetentionDuration, .messageRetentionDuration)
        try write(expirationPolicy, .expirationPolicy)
        try write(retryPolicy, .retryPolicy)
        try write(deadLetterPolicy, .deadLetterPolicy)
    }
}

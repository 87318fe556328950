public import Datastore

/// What receives a topic's messages, in Google's names.
public struct Subscription: Sendable, Hashable {
    /// Messages that are not acknowledged are given up after this.
    public static let defaultRetention = Duration.seconds(7 * 86_400)

    /// The last part of its name.
    public internal(set) var id: String
    /// The last part of the topic's name, which may have been deleted since.
    public internal(set) var topic: String
    /// Where messages are pushed to; nil: they are pulled.
    public var pushConfig: PushConfig?
    /// How long a receiver has for a message, in seconds, 10 to 600.
    public var ackDeadlineSeconds = 10
    /// Whether a seek finds acknowledged messages again.
    public var retainAckedMessages = false
    /// How long messages are kept: those that are not acknowledged, and with `retainAckedMessages` the others too.
    public var messageRetentionDuration = Self.defaultRetention
    /// How long the subscription lives without being used; nil: for ever.
    public var expirationTTL: Duration?
    /// How long to wait before a message is sent again; nil: as soon as the endpoint takes it.
    public var retryPolicy: RetryPolicy?
    /// Where messages go that were sent too often.
    public var deadLetterPolicy: DeadLetterPolicy?
    /// Which messages it receives, in the filter language; empty: all. It cannot be changed.
    public var filter = ""
    /// Whether messages with the same ordering key come in their order. It cannot be changed.
    public var enableMessageOrdering = false
    /// The operator's names and values.
    public var labels = Attributes()
    /// Whether it was cut off from its topic.
    public internal(set) var detached = false
    /// When it was made.
    public internal(set) var createTime = Timestamp(microseconds: 0)

    /// A pull subscription with the defaults.
    public init(id: String, topic: String) {
        self.id = id
        self.topic = topic
    }
}

/// Where and how messages are pushed.
public struct PushConfig: Sendable, Hashable {
    /// The account whose ID token each push carries.
    public struct OIDCToken: Sendable, Hashable {
        /// The account's email.
        public var serviceAccountEmail: String
        /// Whom the token is for; nil: the endpoint's URL.
        public var audience: String?

        /// A token's description.
        public init(serviceAccountEmail: String, audience: String? = nil) {
            self.serviceAccountEmail = serviceAccountEmail
            self.audience = audience
        }
    }

    /// A push without the JSON around the message.
    public struct NoWrapper: Sendable, Hashable {
        /// Whether attributes and what the wrapper tells are sent as headers.
        public var writeMetadata: Bool

        /// A description.
        public init(writeMetadata: Bool = false) {
            self.writeMetadata = writeMetadata
        }
    }

    /// An absolute URL; one whose host is a hosted service's name leads to that service wherever it listens.
    public var pushEndpoint: String
    /// The account whose ID token each push carries; nil: none.
    public var oidcToken: OIDCToken?
    /// Set for a body that is the message's data alone.
    public var noWrapper: NoWrapper?
    /// How the endpoint is spoken to: `x-goog-version`, `v1` or `v1beta2`, which are the same; kept since clients set it.
    public var attributes: Attributes

    /// A wrapped push without a token.
    public init(
        pushEndpoint: String, oidcToken: OIDCToken? = nil, noWrapper: NoWrapper? = nil,
        attributes: Attributes = Attributes()
    ) {
        self.pushEndpoint = pushEndpoint
        self.oidcToken = oidcToken
        self.noWrapper = noWrapper
        self.attributes = attributes
    }
}

/// How long to wait before a message is sent again: doubling from the least to the most.
public struct RetryPolicy: Sendable, Hashable {
    /// After the first failure; 0 to 600 s.
    public var minimumBackoff: Duration
    /// The longest; 0 to 600 s, not below the least.
    public var maximumBackoff: Duration

    /// A policy; the defaults are Google's.
    public init(minimumBackoff: Duration = .seconds(10), maximumBackoff: Duration = .seconds(600)) {
        self.minimumBackoff = minimumBackoff
        self.maximumBackoff = maximumBackoff
    }
}

/// Where messages go that were sent too often.
public struct DeadLetterPolicy: Sendable, Hashable {
    /// The last part of the topic's name.
    public var deadLetterTopic: String
    /// How often a message is sent before it goes there, 5 to 100.
    public var maxDeliveryAttempts: Int

    /// A policy.
    public init(deadLetterTopic: String, maxDeliveryAttempts: Int = 5) {
        self.deadLetterTopic = deadLetterTopic
        self.maxDeliveryAttempts = maxDeliveryAttempts
    }
}

/// A subscription as it is stored.
struct SubscriptionRecord: Sendable, Hashable {
    var subscription: Subscription
    /// The number of the queue that has its deliveries; never used again when the subscription is deleted.
    let queue: Int64
    /// The log of its topic.
    let log: Int64
    /// Grows with every change, so that memory can tell which of two is the newer.
    var revision: Int64 = 1
    /// How often it was sought: an acknowledgement from before is none of the messages after.
    var seeks: Int64 = 0
}

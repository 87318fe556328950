/// Where and how messages are pushed.
public struct PushConfigInfo: Codable, Sendable, Hashable {
    /// The account whose ID token each push carries.
    public struct OIDCToken: Codable, Sendable, Hashable {
        /// The account's email.
        public let serviceAccountEmail: String
        /// Whom the token is for; nil: the endpoint.
        public let audience: String?

        /// Creates a description.
        public init(serviceAccountEmail: String, audience: String?) {
            self.serviceAccountEmail = serviceAccountEmail
            self.audience = audience
        }
    }

    /// A push without the JSON around the message.
    public struct NoWrapper: Codable, Sendable, Hashable {
        /// Whether attributes are sent as headers.
        public let writeMetadata: Bool

        /// Creates a description.
        public init(writeMetadata: Bool) {
            self.writeMetadata = writeMetadata
        }
    }

    /// The URL.
    public let pushEndpoint: String
    /// The account, if there is one.
    public let oidcToken: OIDCToken?
    /// Set for a body that is the message's data alone.
    public let noWrapper: NoWrapper?

    /// Creates a description.
    public init(pushEndpoint: String, oidcToken: OIDCToken?, noWrapper: NoWrapper?) {
        self.pushEndpoint = pushEndpoint
        self.oidcToken = oidcToken
        self.noWrapper = noWrapper
    }
}

/// How long to wait before a message is sent again.
public struct RetryPolicyInfo: Codable, Sendable, Hashable {
    /// After the first failure; seconds with an `s` behind.
    public let minimumBackoff: String?
    /// The longest; seconds with an `s` behind.
    public let maximumBackoff: String?

    /// Creates a description; what is nil is the default.
    public init(minimumBackoff: String?, maximumBackoff: String?) {
        self.minimumBackoff = minimumBackoff
        self.maximumBackoff = maximumBackoff
    }
}

/// Where messages go that were sent too often.
public struct DeadLetterPolicyInfo: Codable, Sendable, Hashable {
    /// The topic's full name.
    public let deadLetterTopic: String
    /// How often a message is sent before.
    public let maxDeliveryAttempts: Int?

    /// Creates a description; what is nil is the default.
    public init(deadLetterTopic: String, maxDeliveryAttempts: Int?) {
        self.deadLetterTopic = deadLetterTopic
        self.maxDeliveryAttempts = maxDeliveryAttempts
    }
}

/// After how long without use a subscription is deleted.
public struct ExpirationPolicyInfo: Codable, Sendable, Hashable {
    /// Seconds with an `s` behind; nil: never.
    public let ttl: String?

    /// Creates a description.
    public init(ttl: String?) {
        self.ttl = ttl
    }
}

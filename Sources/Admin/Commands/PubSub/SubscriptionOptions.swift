import AdminModel
import ArgumentParser

/// What `subscriptions create` and `update` both take, spelled as gcloud does.
struct SubscriptionOptions: ParsableArguments {
    @Option(help: "Push messages to this URL; a hosted service may be named: http://storage-logging-service/…")
    var pushEndpoint: String?

    @Option(help: "The service account whose ID token each push carries.")
    var pushAuthServiceAccount: String?

    @Option(help: "Whom that token is for (default: the endpoint's URL).")
    var pushAuthTokenAudience: String?

    @Flag(help: "Push the message's data alone as the body.")
    var pushNoWrapper = false

    @Flag(help: "With --push-no-wrapper: send attributes and metadata as headers.")
    var pushNoWrapperWriteMetadata = false

    @Option(help: "Seconds that a receiver has for a message, 10 to 600.")
    var ackDeadline: Int?

    @Option(help: "How long messages are kept, e.g. 7d (10m to 31d).")
    var messageRetentionDuration: String?

    @Flag(inversion: .prefixedNo, help: "Let a seek find acknowledged messages again.")
    var retainAckedMessages: Bool?

    @Option(help: "Where messages go that were sent too often.")
    var deadLetterTopic: String?

    @Option(help: "How often a message is sent before it goes there, 5 to 100.")
    var maxDeliveryAttempts: Int?

    @Option(help: "The wait before a message is sent again the first time, e.g. 10s (0 to 600s).")
    var minRetryDelay: String?

    @Option(help: "The longest such wait, e.g. 600s.")
    var maxRetryDelay: String?

    @Option(help: "Delete the subscription when it is not used for so long, e.g. 31d, or never.")
    var expirationPeriod: String?

    func validate() throws {
        guard pushEndpoint != nil || !(pushNoWrapper || pushAuthServiceAccount != nil) else {
            throw ValidationError("--push-no-wrapper and --push-auth-service-account need --push-endpoint")
        }
        guard pushAuthServiceAccount != nil || pushAuthTokenAudience == nil else {
            throw ValidationError("--push-auth-token-audience needs --push-auth-service-account")
        }
        guard pushNoWrapper || !pushNoWrapperWriteMetadata else {
            throw ValidationError("--push-no-wrapper-write-metadata needs --push-no-wrapper")
        }
        guard deadLetterTopic != nil || maxDeliveryAttempts == nil else {
            throw ValidationError("--max-delivery-attempts needs --dead-letter-topic")
        }
    }

    var pushConfig: PushConfigInfo? {
        guard let pushEndpoint, !pushEndpoint.isEmpty else { return nil }
        return PushConfigInfo(
            pushEndpoint: pushEndpoint,
            oidcToken: pushAuthServiceAccount.map {
                .init(serviceAccountEmail: $0, audience: pushAuthTokenAudience)
            }, noWrapper: pushNoWrapper ? .init(writeMetadata: pushNoWrapperWriteMetadata) : nil)
    }

    var retryPolicy: RetryPolicyInfo? {
        guard minRetryDelay != nil || maxRetryDelay != nil else { return nil }
        return RetryPolicyInfo(minimumBackoff: minRetryDelay, maximumBackoff: maxRetryDelay)
    }

    var deadLetterPolicy: DeadLetterPolicyInfo? {
        deadLetterTopic.map { DeadLetterPolicyInfo(deadLetterTopic: $0, maxDeliveryAttempts: maxDeliveryAttempts) }
    }

    var expirationPolicy: ExpirationPolicyInfo? {
        expirationPeriod.map { ExpirationPolicyInfo(ttl: $0 == "never" ? nil : $0) }
    }
}

import ArgumentParser
import JSON

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
    }

    /// What is given, as members of a body.
    var members: JSONObject {
        var members = JSONObject()
        members["pushConfig"] = pushEndpoint.map { $0.isEmpty ? .null : pushConfig($0) }
        members["ackDeadlineSeconds"] = ackDeadline.map { .integer(Int64($0)) }
        members["retainAckedMessages"] = retainAckedMessages.map { .boolean($0) }
        members["messageRetentionDuration"] = messageRetentionDuration.map { .string($0) }
        members["expirationPolicy"] = expirationPeriod.map { $0 == "never" ? .null : ["ttl": .string($0)] }
        if let minRetryDelay { members.set("retryPolicy", "minimumBackoff", .string(minRetryDelay)) }
        if let maxRetryDelay { members.set("retryPolicy", "maximumBackoff", .string(maxRetryDelay)) }
        if let deadLetterTopic { members.set("deadLetterPolicy", "deadLetterTopic", .string(deadLetterTopic)) }
        if let maxDeliveryAttempts {
            members.set("deadLetterPolicy", "maxDeliveryAttempts", .integer(Int64(maxDeliveryAttempts)))
        }
        return members
    }

    /// Endpoint, token and wrapper go together: what is not given is none.
    private func pushConfig(_ endpoint: String) -> JSONValue {
        var token = JSONObject()
        token["serviceAccountEmail"] = pushAuthServiceAccount.map { .string($0) }
        token["audience"] = pushAuthTokenAudience.map { .string($0) } ?? .null
        return [
            "pushEndpoint": .string(endpoint),
            "oidcToken": pushAuthServiceAccount == nil ? .null : .object(token),
            "noWrapper": pushNoWrapper ? ["writeMetadata": .boolean(pushNoWrapperWriteMetadata)] : .null,
        ]
    }
}

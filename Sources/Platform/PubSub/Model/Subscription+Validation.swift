import JSON
import Transfer

extension Subscription {
    /// Throws `invalidArgument` with what is wrong, when something is.
    func validate() throws(PubSubError) {
        guard (10...600).contains(ackDeadlineSeconds) else {
            throw .invalid(
                "ackDeadlineSeconds is from 10 to 600, not \(ackDeadlineSeconds)", field: "ackDeadlineSeconds")
        }
        guard Topic.retention.contains(messageRetentionDuration) else {
            throw .invalid(
                "messageRetentionDuration is from 10 minutes to 31 days", field: "messageRetentionDuration")
        }
        if let expirationTTL {
            guard expirationTTL >= .seconds(86_400), expirationTTL <= .seconds(36_500 * 86_400) else {
                throw .invalid("expirationPolicy's ttl is at least a day", field: "expirationPolicy.ttl")
            }
            guard expirationTTL >= messageRetentionDuration else {
                throw .invalid(
                    "expirationPolicy's ttl is not shorter than messageRetentionDuration", field: "expirationPolicy.ttl"
                )
            }
        }
        try validateRetry()
        try labels.validateLabels()
        do throws(PubSubError) { _ = try MessageFilter(parsing: filter) } catch {
            throw .invalid(error.message, field: "filter")
        }
        try pushConfig?.validate()
    }

    private func validateRetry() throws(PubSubError) {
        if let retryPolicy {
            let range = Duration.zero...Duration.seconds(600)
            guard range.contains(retryPolicy.minimumBackoff), range.contains(retryPolicy.maximumBackoff),
                retryPolicy.minimumBackoff <= retryPolicy.maximumBackoff
            else {
                throw .invalid(
                    "retryPolicy's minimumBackoff and maximumBackoff are from 0 to 600 s, the first not above the "
                        + "second", field: "retryPolicy")
            }
        }
        if let deadLetterPolicy, !(5...100).contains(deadLetterPolicy.maxDeliveryAttempts) {
            throw .invalid(
                "deadLetterPolicy's maxDeliveryAttempts is from 5 to 100, not \(deadLetterPolicy.maxDeliveryAttempts)",
                field: "deadLetterPolicy.maxDeliveryAttempts")
        }
    }

    /// Throws `invalidArgument` when a change touches what stays as it was made.
    func validateChange(from old: Subscription) throws(PubSubError) {
        guard filter.hasSameBytes(as: old.filter) else {
            throw .invalid("a subscription's filter cannot be changed", field: "filter")
        }
        guard enableMessageOrdering == old.enableMessageOrdering else {
            throw .invalid(
                "a subscription's enableMessageOrdering cannot be changed", field: "enableMessageOrdering")
        }
        try validate()
    }
}

extension PushConfig {
    func validate() throws(PubSubError) {
        do throws(TransferError) {
            try TransferRequest(method: "POST", url: pushEndpoint).check()
        } catch {
            throw .invalid("pushEndpoint: \(error.message)", field: "pushConfig.pushEndpoint")
        }
        for (name, value) in attributes.all {
            guard name.hasSameBytes(as: "x-goog-version"), ["v1", "v1beta2"].contains(value) else {
                throw .invalid(
                    "pushConfig's attributes may have x-goog-version, which is v1 or v1beta2",
                    field: "pushConfig.attributes"
                )
            }
        }
        guard let oidcToken else { return }
        let parts = oidcToken.serviceAccountEmail.utf8.split(separator: UInt8(ascii: "@"))
        guard parts.count == 2, oidcToken.serviceAccountEmail.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalid(
                "oidcToken's serviceAccountEmail is the email of a service account",
                field: "pushConfig.oidcToken.serviceAccountEmail")
        }
        guard oidcToken.audience.map({ !$0.isEmpty && $0.utf8.count <= 2048 }) ?? true else {
            throw .invalid("oidcToken's audience has 1 to 2048 bytes", field: "pushConfig.oidcToken.audience")
        }
    }
}

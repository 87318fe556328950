import AdminModel

/// The members of each kind, in the order in which they are written, as docs/apply.md tells them.
extension ResourceKind {
    /// One of the kind, in words.
    var noun: String {
        switch self {
        case .serviceAccounts: "service account"
        case .topics: "topic"
        case .subscriptions: "subscription"
        case .roleBindings: "role binding"
        case .buckets: "bucket"
        case .notifications: "notification"
        case .jobs: "job"
        case .indexes: "index"
        }
    }

    var members: [ResourceMember] {
        switch self {
        case .serviceAccounts:
            [
                .init("name", .text, isRequired: true), .init("displayName", .text), .init("description", .text),
            ]
        case .topics:
            [
                .init("name", .text, isRequired: true), .init("messageRetentionDuration", .duration),
                .init("labels", .map),
            ]
        case .subscriptions: Self.subscription
        case .roleBindings:
            [
                .init("resource", .text, isRequired: true), .init("role", .text, isRequired: true),
                .init("members", .texts, isRequired: true),
            ]
        case .buckets:
            [
                .init("name", .text, isRequired: true), .init("location", .text, isFixed: true),
                .init("storageClass", .text), .init("labels", .map), .init("watchedFolder", .text, isFixed: true),
            ]
        case .notifications: Self.notification
        case .jobs: Self.job
        case .indexes:
            [
                .init("kind", .text, isRequired: true), .init("ancestor", .flag),
                .init(
                    "properties",
                    .objects([.init("name", .text, isRequired: true), .init("direction", .choice(["asc", "desc"]))]),
                    isRequired: true),
            ]
        }
    }

    private static var subscription: [ResourceMember] {
        [
            .init("name", .text, isRequired: true),
            .init("topic", .text, isRequired: true, isFixed: true, refersTo: .topics),
            .init(
                "pushConfig",
                .object([
                    .init("pushEndpoint", .text, isRequired: true), token,
                    .init("noWrapper", .object([.init("writeMetadata", .flag)])),
                ])),
            .init("ackDeadlineSeconds", .number), .init("messageRetentionDuration", .duration),
            .init("retainAckedMessages", .flag), .init("enableMessageOrdering", .flag, isFixed: true),
            .init("filter", .text, isFixed: true),
            .init(
                "retryPolicy",
                .object([.init("minimumBackoff", .duration), .init("maximumBackoff", .duration)])),
            .init(
                "deadLetterPolicy",
                .object([
                    .init("deadLetterTopic", .text, isRequired: true, refersTo: .topics),
                    .init("maxDeliveryAttempts", .number),
                ])),
            .init("expirationPolicy", .object([.init("ttl", .duration)])), .init("labels", .map),
            .init("detached", .flag),
        ]
    }

    private static var notification: [ResourceMember] {
        [
            .init("bucket", .text, isRequired: true, refersTo: .buckets),
            .init("topic", .text, isRequired: true, refersTo: .topics),
            .init("payloadFormat", .choice(["JSON_API_V1", "NONE"])),
            .init(
                "eventTypes",
                .choices(["OBJECT_FINALIZE", "OBJECT_METADATA_UPDATE", "OBJECT_DELETE", "OBJECT_ARCHIVE"])),
            .init("objectNamePrefix", .text), .init("customAttributes", .map),
        ]
    }

    private static var job: [ResourceMember] {
        [
            .init("name", .text, isRequired: true), .init("description", .text),
            .init("schedule", .text, isRequired: true), .init("timeZone", .text),
            .init("state", .choice(["ENABLED", "PAUSED"])),
            .init(
                "httpTarget",
                .object([
                    .init("uri", .text, isRequired: true), .init("httpMethod", .text), .init("headers", .map),
                    .init(JobBodyText.member, .text), .init("body", .text), token,
                ])),
            .init(
                "pubsubTarget",
                .object([
                    .init("topicName", .text, isRequired: true, refersTo: .topics), .init(JobBodyText.member, .text),
                    .init("data", .text), .init("attributes", .map), .init("orderingKey", .text),
                ])),
            .init("attemptDeadline", .duration),
            .init(
                "retryConfig",
                .object([
                    .init("retryCount", .number), .init("minBackoffDuration", .duration),
                    .init("maxBackoffDuration", .duration), .init("maxDoublings", .number),
                    .init("maxRetryDuration", .duration),
                ])),
            .init("missedRunPolicy", .choice(["SKIP", "RUN_ONCE"])), .init("startDeadline", .duration),
        ]
    }

    private static var token: ResourceMember {
        .init("oidcToken", .object([.init("serviceAccountEmail", .text, isRequired: true), .init("audience", .text)]))
    }
}

import AdminModel
import ArgumentParser

/// `trivetctl pubsub subscriptions describe NAME`.
struct PubSubSubscriptionsDescribe: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Show one subscription and how it stands.")

    @Argument(help: "The subscription, e.g. push-storage-event.")
    var name: String

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<SubscriptionInfo> {
        let path = try PubSubPath.subscription(name)
        return Single(try await global.client(in: context).get(SubscriptionInfo.self, path))
    }
}

extension SubscriptionInfo: Described {
    var members: [(String, Cell)] {
        let members: [(String, Cell?)] = [
            ("name", Cell(name)), ("topic", Cell(topic)),
            ("pushEndpoint", pushConfig.map { Cell($0.pushEndpoint) }),
            ("pushAccount", pushConfig?.oidcToken.map { Cell($0.serviceAccountEmail) }),
            ("pushAudience", pushConfig?.oidcToken?.audience.map { Cell($0) }),
            ("noWrapper", pushConfig?.noWrapper.map { Cell($0.writeMetadata ? "with metadata" : "yes") }),
            ("ackDeadline", Cell("\(ackDeadlineSeconds)s")),
            ("messageRetentionDuration", Cell(messageRetentionDuration)),
            ("retainAckedMessages", retainAckedMessages ? "yes" : nil),
            ("filter", filter.isEmpty ? nil : Cell(filter)),
            ("enableMessageOrdering", enableMessageOrdering ? "yes" : nil),
            (
                "retryDelay",
                retryPolicy.map { Cell("\($0.minimumBackoff ?? "") to \($0.maximumBackoff ?? "")") }
            ),
            ("deadLetterTopic", deadLetterPolicy.map { Cell($0.deadLetterTopic) }),
            ("maxDeliveryAttempts", deadLetterPolicy?.maxDeliveryAttempts.map { Cell($0) }),
            ("expirationPeriod", expirationPolicy?.ttl.map { Cell($0) }), ("detached", detached ? "yes" : nil),
            ("createTime", Cell(createTime)),
        ]
        return members.compactMap { name, cell in cell.map { (name, $0) } } + status.members
    }
}

extension SubscriptionStatus {
    fileprivate var members: [(String, Cell)] {
        let members: [(String, Cell?)] = [
            ("backlog", backlog.map { Cell($0) } ?? "(being counted)"), ("outstanding", Cell(outstanding)),
            ("oldestUnackedTime", oldestUnackedTime.map { Cell($0) }), ("pushWindow", pushWindow.map { Cell($0) }),
            ("lastPushFailure", lastPushFailure.map { Cell("\($0.time) \($0.message)", .bad) }),
        ]
        return members.compactMap { name, cell in cell.map { (name, $0) } }
    }
}

import CoreMetrics
import Datastore
import MetricDescribing
import Synchronization

/// How a delivery went.
enum DeliveryResult: String, Sendable, CaseIterable {
    case acknowledged
    /// The endpoint answered with a status that does not acknowledge.
    case rejected
    /// No answer came within the ack deadline.
    case timedOut = "timed_out"
    /// The endpoint was not reached, or broke off.
    case unreachable
    /// There was no ID token to send.
    case noToken = "no_token"
    /// A pulled message was not acknowledged in time.
    case expired
    /// A pulled message was given back.
    case returned
    case deadLettered = "dead_lettered"
    /// It was too old to be kept.
    case discarded
}

/// Pub/Sub's metrics. Topics and subscriptions beyond the first hundreds are counted together, as `_other`.
final class PubSubMetrics: Sendable {
    private static let named = 300
    private static let published = "trivet_pubsub_published_messages_total"
    fileprivate static let deliveries = "trivet_pubsub_deliveries_total"
    fileprivate static let pushDuration = "trivet_pubsub_push_duration_seconds"
    fileprivate static let age = "trivet_pubsub_acknowledged_age_seconds"
    fileprivate static let backlog = "trivet_pubsub_backlog_messages"
    fileprivate static let oldest = "trivet_pubsub_oldest_unacked_seconds"

    /// What those beyond are called together.
    private static let others = "_other"

    private struct State: Sendable {
        /// Of the topics that have a counter of their own.
        var topics: [String: Counter] = [:]
        var otherTopics: Counter?
        /// The names that have metrics of their own, and how many subscriptions have each: one that is made anew may
        /// come before the one before it has gone.
        var subscriptions: [String: Int] = [:]
        var otherSubscriptions: SubscriptionMetrics?
    }

    private let factory: any MetricsFactory
    private let state = Mutex(State())

    init(_ factory: any MetricsFactory) {
        self.factory = factory
        let times = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600]
        factory.describe(Self.published, help: "Messages published to a topic.")
        factory.describe(Self.deliveries, help: "Deliveries of a subscription, by how they went.")
        factory.describe(
            Self.pushDuration, help: "The time that an endpoint took to acknowledge a push.", buckets: times)
        factory.describe(
            Self.age, help: "From the publish of a message to its acknowledgement.", buckets: times + [3600, 86400])
        factory.describe(Self.backlog, help: "Messages of a subscription that are not acknowledged.")
        factory.describe(Self.oldest, help: "The age of a subscription's oldest message that is not acknowledged.")
    }

    /// Counts for a topic; one that was deleted meanwhile gets no counter again.
    func published(_ count: Int, to topic: String) {
        let counter = state.withLock { $0.topics[topic] ?? $0.otherTopics }
        counter?.increment(by: count)
    }

    /// Brings a topic's counter into being.
    func register(topic: String) {
        state.withLock { state in
            if state.topics[topic] != nil { return }
            if state.topics.count < Self.named {
                state.topics[topic] = counter(topic)
            } else if state.otherTopics == nil {
                state.otherTopics = counter(Self.others)
            }
        }
    }

    private func counter(_ topic: String) -> Counter {
        let counter = Counter(label: Self.published, dimensions: [("topic", topic)], factory: factory)
        counter.increment(by: 0)
        return counter
    }

    /// Gives a deleted topic's counter up, and its place to the next topic.
    func forget(topic: String) {
        let counter = state.withLock { $0.topics.removeValue(forKey: topic) }
        counter?.destroy()
    }

    /// The metrics of a subscription that comes.
    func subscription(_ id: String) -> SubscriptionMetrics {
        state.withLock { state in
            if state.subscriptions[id] != nil || state.subscriptions.count < Self.named {
                state.subscriptions[id, default: 0] += 1
                return SubscriptionMetrics(id, factory, isNamed: true)
            }
            let others = state.otherSubscriptions ?? SubscriptionMetrics(Self.others, factory, isNamed: false)
            state.otherSubscriptions = others
            return others
        }
    }

    /// Gives a deleted subscription's metrics up, and their place to the next subscription.
    func forget(_ subscription: SubscriptionMetrics) {
        // Those that are counted together have the others' metrics, which stay.
        guard subscription.isNamed else { return }
        subscription.destroy()
        state.withLock { state in
            let left = (state.subscriptions[subscription.name] ?? 0) - 1
            state.subscriptions[subscription.name] = left > 0 ? left : nil
        }
    }
}

/// A subscription's metrics.
final class SubscriptionMetrics: Sendable {
    let name: String
    /// Whether they are one subscription's, and not those of all beyond the first hundreds.
    let isNamed: Bool
    private let deliveries: [DeliveryResult: Counter]
    private let pushDuration: Recorder
    private let age: Recorder
    /// Nil where several subscriptions share the others: gauges of several cannot be one.
    private let backlog: Recorder?
    private let oldest: Recorder?

    fileprivate init(_ name: String, _ factory: any MetricsFactory, isNamed: Bool) {
        self.name = name
        self.isNamed = isNamed
        let label = [("subscription", name)]
        let counters = DeliveryResult.allCases.map { result in
            let dimensions = label + [("result", result.rawValue)]
            return (result, Counter(label: PubSubMetrics.deliveries, dimensions: dimensions, factory: factory))
        }
        deliveries = Dictionary(uniqueKeysWithValues: counters)
        pushDuration = Recorder(
            label: PubSubMetrics.pushDuration, dimensions: label, aggregate: true, factory: factory)
        age = Recorder(label: PubSubMetrics.age, dimensions: label, aggregate: true, factory: factory)
        func gauge(_ name: String) -> Recorder? {
            isNamed ? Recorder(label: name, dimensions: label, aggregate: false, factory: factory) : nil
        }
        backlog = gauge(PubSubMetrics.backlog)
        oldest = gauge(PubSubMetrics.oldest)
        set(backlog: 0, oldest: .zero)
    }

    /// Gives the handles back; what is counted from now on is counted for nobody.
    fileprivate func destroy() {
        for counter in deliveries.values { counter.destroy() }
        for recorder in [pushDuration, age, backlog, oldest] { recorder?.destroy() }
    }

    func count(_ result: DeliveryResult, _ number: Int = 1) { deliveries[result]?.increment(by: number) }

    /// - Parameters:
    ///   - latency: the time of the push; nil for a message that was pulled.
    ///   - age: the time since the publish.
    func acknowledged(_ latency: Duration?, age: Duration) {
        count(.acknowledged)
        if let latency { pushDuration.record(latency / .seconds(1)) }
        self.age.record(max(.zero, age) / .seconds(1))
    }

    func set(backlog count: Int, oldest age: Duration) {
        backlog?.record(count)
        oldest?.record(max(.zero, age) / .seconds(1))
    }
}

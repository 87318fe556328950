import Datastore
import PubSub
import Scheduling
import Settings

/// What the lab's reader finds made: the job that purges the storage logs, and with `first_start: lab` the topic of
/// storage events and the subscription that pushes them to the storage logging service. (The message board's index
/// comes with the datastore's declared indexes, which are made once too.)
///
/// Made once in a data directory's life: what the operator deletes later stays deleted. A first start that was cut off
/// makes the rest at the next one, because the mark comes last.
struct FirstStartResources {
    let datastore: Datastore
    let scheduler: Scheduler
    let pubsub: PubSub
    let kind: FirstStart

    private static let mark = Key("FirstStart", name: "done", namespace: Key.platformNamespace)
    /// The host is the service's name, which the daemon resolves itself.
    private static let serviceURL = "http://storage-logging-service/api/v1"
    static let purgeURL = "\(serviceURL)/purge"

    /// Makes them, and tells whether this was the first start.
    func create() async throws -> Bool {
        guard try await datastore.lookup(Self.mark) == nil else { return false }
        try await createPurgeJob()
        if kind == .lab { try await createStorageEvents() }
        var properties = Properties()
        properties["createTime"] = .timestamp(.now)
        try await datastore.put(Entity(key: Self.mark, properties: properties))
        return true
    }

    private func createPurgeJob() async throws {
        let job = Job(
            name: "log-purge-job", description: "Deletes storage logs that are older than purge.retain.",
            schedule: try CronSchedule(parsing: "* * * * *"),
            target: .http(HTTPTarget(uri: Self.purgeURL, method: "GET")))
        do { try await scheduler.create(job) } catch let error as SchedulingError where error.code == .alreadyExists {}
    }

    private func createStorageEvents() async throws {
        var subscription = Subscription(id: "push-storage-event", topic: "storage-event")
        subscription.pushConfig = PushConfig(pushEndpoint: "\(Self.serviceURL)/pubsub")
        do { try await pubsub.createTopic(subscription.topic) } catch let error as PubSubError
            where error.code == .alreadyExists
        {}
        do { try await pubsub.createSubscription(subscription) } catch let error as PubSubError
            where error.code == .alreadyExists
        {}
    }
}

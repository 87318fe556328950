import Datastore
import Logging
import ObjectStorage
import Scheduling
import Settings

/// What the lab's reader finds made: the job that purges the storage logs, and with `first_start: lab` the bucket whose
/// changes are told on a topic. (The message board's index comes with the datastore's declared indexes, which are made
/// once too.)
///
/// Made once in a data directory's life: what the operator deletes later stays deleted. A first start that was cut off
/// makes the rest at the next one, because the mark comes last.
struct FirstStartResources {
    let datastore: Datastore
    let scheduler: Scheduler
    let objects: ObjectStorage
    let settings: Settings
    let logger: Logger

    private static let mark = Key("FirstStart", name: "done", namespace: Key.platformNamespace)
    /// The host is the service's name, which the daemon resolves itself.
    private static let purgeURL = "http://storage-logging-service/api/v1/purge"

    func create() async throws {
        guard try await datastore.lookup(Self.mark) == nil else { return }
        try await createPurgeJob()
        if settings.firstStart == .lab { try await createBucket() }
        var properties = Properties()
        properties["createTime"] = .timestamp(.now)
        try await datastore.put(Entity(key: Self.mark, properties: properties))
    }

    private func createBucket() async throws {
        let name = "\(settings.project)-photostore"
        let topic = "projects/\(settings.project)/topics/storage-event"
        do { try await objects.createBucket(name) } catch let error as ObjectStorageError
            where error.code == .alreadyExists
        {}
        guard try await objects.bucket(name).notifications.isEmpty else { return }
        do {
            _ = try await objects.createNotification(NotificationConfig(topic: topic), of: name)
        } catch let error as ObjectStorageError where error.code == .invalidArgument {
            logger.warning("the first bucket's changes are told nowhere", metadata: ["error": "\(error)"])
        }
    }

    private func createPurgeJob() async throws {
        let job = Job(
            name: "log-purge-job", description: "Deletes storage logs that are older than purge.retain.",
            schedule: try CronSchedule(parsing: "* * * * *"),
            target: HTTPTarget(uri: Self.purgeURL, method: "GET"))
        do { try await scheduler.create(job) } catch let error as SchedulingError where error.code == .alreadyExists {}
    }
}

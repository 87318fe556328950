import Datastore
import Scheduling

/// What the lab's reader finds made: the job that purges the storage logs. (The message board's index comes with the
/// datastore's declared indexes, which are made once too.)
///
/// Made once in a data directory's life: what the operator deletes later stays deleted. A first start that was cut off
/// makes the rest at the next one, because the mark comes last.
struct FirstStartResources {
    let datastore: Datastore
    let scheduler: Scheduler

    private static let mark = Key("FirstStart", name: "done", namespace: Key.platformNamespace)
    /// The host is the service's name, which the daemon resolves itself.
    static let purgeURL = "http://storage-logging-service/api/v1/purge"

    /// Makes them, and tells whether this was the first start.
    func create() async throws -> Bool {
        guard try await datastore.lookup(Self.mark) == nil else { return false }
        try await createPurgeJob()
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
}

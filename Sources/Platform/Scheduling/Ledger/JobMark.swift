import Datastore

/// What the ledger remembers of a job beside its records, in an entity of its own: up to which instant every one is
/// accounted for, and when a run last succeeded. It outlives its job, so that a job made anew under the same name does
/// not run an instant again.
struct JobMark: Sendable, Hashable {
    static let kind = "JobMark"

    let job: String
    var mark: Timestamp
    var lastSuccess: Timestamp?

    static func key(_ job: String) -> Key {
        Key(kind, name: job, namespace: Key.platformNamespace)
    }

    init(job: String, mark: Timestamp, lastSuccess: Timestamp? = nil) {
        self.job = job
        self.mark = mark
        self.lastSuccess = lastSuccess
    }

    init?(_ entity: Entity) {
        guard let job = entity.key.name, let mark = entity["mark"]?.timestamp else { return nil }
        self.init(job: job, mark: mark, lastSuccess: entity["lastSuccess"]?.timestamp)
    }

    var entity: Entity {
        var properties: Properties = ["mark": .timestamp(mark)]
        properties["lastSuccess"] = lastSuccess.map { .timestamp($0) }
        return Entity(key: Self.key(job), properties: properties)
    }

    /// Raises a job's mark within a transaction, never lowers it; returns where it is then.
    @discardableResult
    static func raise(
        _ job: String, to mark: Timestamp, lastSuccess: Timestamp? = nil, in transaction: Transaction
    ) throws -> JobMark {
        let stored = try transaction.get(key(job)).flatMap(JobMark.init)
        var raised = stored ?? JobMark(job: job, mark: mark)
        raised.mark = max(raised.mark, mark)
        raised.lastSuccess = lastSuccess ?? raised.lastSuccess
        if raised != stored { try transaction.put(raised.entity) }
        return raised
    }
}

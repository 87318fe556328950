import Datastore

/// The ledger's keys: below the job's, with a space of names for each kind of record, so that an instant of a job has
/// one record and a run by hand can never take its place.
enum RunKey {
    static let kind = "Run"

    static func scheduled(_ job: String, _ instant: Timestamp) -> Key {
        key(job, CivilTime(instant).text)
    }

    static func missed(_ job: String, from: Timestamp) -> Key {
        key(job, "missed/\(CivilTime(from).text)")
    }

    static func manual(_ job: String, _ start: Timestamp) -> Key {
        key(job, "manual/\(CivilTime(start).exactText)")
    }

    private static func key(_ job: String, _ name: String) -> Key {
        Key(kind, name: name, namespace: Key.platformNamespace, parent: Job.key(job))
    }
}

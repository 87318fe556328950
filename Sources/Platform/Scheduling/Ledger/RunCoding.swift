import Datastore

/// A record of the ledger together with its key.
struct LedgerRecord: Sendable {
    let key: Key
    var run: JobRun

    /// The instant by which the ledger is ordered.
    let time: Timestamp
}

extension LedgerRecord {
    /// A record of an instant of the schedule.
    static func scheduled(_ job: String, _ instant: Timestamp, _ outcome: JobRun.Outcome) -> LedgerRecord {
        let run = JobRun(job: job, kind: .scheduled, scheduledTime: instant, outcome: outcome)
        return LedgerRecord(key: RunKey.scheduled(job, instant), run: run, time: instant)
    }

    /// The one record of a range without runs.
    static func missed(_ job: String, _ range: MissedRange, message: String, now: Timestamp) -> LedgerRecord {
        let run = JobRun(
            job: job, kind: .missed(range), scheduledTime: range.to, outcome: .missed, endTime: now, message: message)
        return LedgerRecord(key: RunKey.missed(job, from: range.from), run: run, time: range.to)
    }

    /// The record of a run by hand that begins now.
    static func manual(_ job: String, _ start: Timestamp) -> LedgerRecord {
        let run = JobRun(job: job, kind: .manual, scheduledTime: nil, outcome: .running, startTime: start)
        return LedgerRecord(key: RunKey.manual(job, start), run: run, time: start)
    }

    /// The names of properties that queries use. Three hold a prefix and the time in one text, so that every question
    /// is one range of one index, in the order of time, and needs no composite index that an operator could delete.
    enum Property {
        static let time = "time"
        static let jobTime = "jobTime"
        static let outcomeTime = "outcomeTime"
        static let jobOutcomeTime = "jobOutcomeTime"
    }

    var entity: Entity {
        let text = CivilTime(time).exactText
        var properties: Properties = [
            "job": .string(run.job),
            "outcome": .string(run.outcome.rawValue),
            Property.time: .timestamp(time),
            Property.jobTime: .string("\(run.job)/\(text)"),
            Property.outcomeTime: .string("\(run.outcome.rawValue)/\(text)"),
            Property.jobOutcomeTime: .string("\(run.job)/\(run.outcome.rawValue)/\(text)"),
        ]
        switch run.kind {
        case .scheduled: properties["kind"] = .string("scheduled")
        case .manual: properties["kind"] = .string("manual")
        case .missed(let range):
            properties["kind"] = .string("missed")
            properties["from"] = .timestamp(range.from)
            properties["count"] = .integer(Int64(range.count))
        }
        properties["startTime"] = run.startTime.map { .timestamp($0) }
        properties["endTime"] = run.endTime.map { .timestamp($0) }
        properties["status"] = run.status.map { .integer(Int64($0)) }
        properties["message"] = run.message.map { .string($0, excludeFromIndexes: true) }
        properties["lateReason"] = run.lateReason.map { .string($0, excludeFromIndexes: true) }
        if !run.attempts.isEmpty { properties["attempts"] = .array(run.attempts.map(\.value)) }
        return Entity(key: key, properties: properties)
    }

    /// Nil when the entity is no record, which only a hand in the file can have done.
    init?(_ entity: Entity) {
        guard let time = entity[Property.time]?.timestamp, let run = Self.run(entity, at: time) else { return nil }
        self.init(key: entity.key, run: run, time: time)
    }

    private static func run(_ entity: Entity, at time: Timestamp) -> JobRun? {
        guard let job = entity["job"]?.string, let outcome = outcome(entity), let kind = kind(entity, to: time)
        else { return nil }
        return JobRun(
            job: job, kind: kind, scheduledTime: kind == .manual ? nil : time, outcome: outcome,
            startTime: entity["startTime"]?.timestamp, endTime: entity["endTime"]?.timestamp,
            status: entity["status"]?.integer.map { Int(clamping: $0) }, message: entity["message"]?.string,
            lateReason: entity["lateReason"]?.string,
            attempts: (entity["attempts"]?.array ?? []).compactMap(JobAttempt.init))
    }

    private static func outcome(_ entity: Entity) -> JobRun.Outcome? {
        guard let name = entity["outcome"]?.string else { return nil }
        return JobRun.Outcome(rawValue: name)
    }

    private static func kind(_ entity: Entity, to: Timestamp) -> JobRun.Kind? {
        switch entity["kind"]?.string ?? "" {
        case "scheduled": return .scheduled
        case "manual": return .manual
        case "missed":
            guard let from = entity["from"]?.timestamp, let count = entity["count"]?.integer else { return nil }
            return .missed(MissedRange(from: from, to: to, count: Int(clamping: count)))
        default: return nil
        }
    }
}

extension JobAttempt {
    /// An attempt as one of the values of its run's record.
    fileprivate var value: Value {
        var properties: Properties = [
            "startTime": .timestamp(startTime), "latencyMicroseconds": .integer(latency.wholeMicroseconds),
        ]
        properties["status"] = status.map { .integer(Int64($0)) }
        properties["answer"] = answer.map { .string($0) }
        properties["error"] = error.map { .string($0) }
        properties["messageID"] = messageID.map { .string($0) }
        return .entity(EmbeddedEntity(properties: properties), excludeFromIndexes: true)
    }

    fileprivate init?(_ value: Value) {
        guard let properties = value.entity?.properties, let startTime = properties["startTime"]?.timestamp,
            let latency = properties["latencyMicroseconds"]?.integer
        else { return nil }
        self.init(
            startTime: startTime, latency: .microseconds(latency),
            status: properties["status"]?.integer.map { Int(clamping: $0) }, answer: properties["answer"]?.string,
            error: properties["error"]?.string, messageID: properties["messageID"]?.string)
    }
}

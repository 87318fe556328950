import Datastore

/// The ledger: what was run, when, and how it ended. Every method is one durable step, or a read.
struct RunLedger: Sendable {
    let datastore: Datastore

    static let indexes = DeclaredIndexes(
        properties: [
            LedgerRecord.Property.time, LedgerRecord.Property.jobTime, LedgerRecord.Property.outcomeTime,
            LedgerRecord.Property.jobOutcomeTime,
        ].map { DeclaredIndexes.Single(kind: RunKey.kind, property: $0) })

    /// Inserts records and raises their jobs' marks, at once; returns which were inserted. A record whose key is there
    /// already has its outcome and is left alone.
    func begin(_ records: [LedgerRecord], marks: [String: Timestamp]) async throws -> [Bool] {
        try await datastore.transaction { transaction in
            let isNew = try records.map { record in
                guard try transaction.get(record.key) == nil else { return false }
                try transaction.insert(record.entity)
                return true
            }
            for (job, mark) in marks { try JobMark.raise(job, to: mark, in: transaction) }
            return isNew
        }
    }

    /// Inserts the record of a run by hand, a microsecond later when the clock stands still.
    func beginManual(_ job: String, at start: Timestamp) async throws -> LedgerRecord {
        try await datastore.transaction { transaction in
            var record = LedgerRecord.manual(job, start)
            while try transaction.get(record.key) != nil {
                record = .manual(job, record.time.advanced(by: .microseconds(1)))
            }
            try transaction.insert(record.entity)
            return record
        }
    }

    /// Writes how a record goes on, unless it has its final outcome already.
    func update(_ record: LedgerRecord) async throws {
        try await datastore.transaction { transaction in
            guard let stored = try transaction.get(record.key).flatMap(LedgerRecord.init), !stored.run.outcome.isFinal
            else { return }
            try transaction.put(record.entity)
            if record.run.outcome == .succeeded {
                try JobMark.raise(
                    record.run.job, to: .earliest, lastSuccess: record.run.endTime, in: transaction)
            }
        }
    }

    /// All marks, by job.
    func marks() async throws -> [String: JobMark] {
        let entities = try await all(Query(kind: JobMark.kind, namespace: Key.platformNamespace))
        return Dictionary(entities.compactMap(JobMark.init).map { ($0.job, $0) }) { _, last in last }
    }

    /// Gives every record that a daemon left open its final outcome; returns them.
    func closeOpen(at now: Timestamp) async throws -> [JobRun] {
        var closed: [JobRun] = []
        for outcome in [JobRun.Outcome.running, .waiting] {
            let filters = Self.range(LedgerRecord.Property.outcomeTime, prefix: "\(outcome.rawValue)/", since: nil)
            let query = Query(kind: RunKey.kind, namespace: Key.platformNamespace, filters: filters)
            for var record in try await all(query).compactMap(LedgerRecord.init) {
                let message = Self.messageOfClosed(record.run)
                record.run.endTime = now
                record.run.outcome = outcome == .running ? .interrupted : .skipped
                record.run.message = message
                try await update(record)
                closed.append(record.run)
            }
        }
        return closed
    }

    private static func messageOfClosed(_ run: JobRun) -> String {
        guard run.outcome == .running else { return "the daemon ended before its turn came" }
        guard let last = run.attempts.last else { return "the daemon ended while the call was out" }
        return "\(last.reason); the daemon ended before the next attempt did"
    }

    /// Deletes up to `limit` records of instants before a time; returns how many.
    func delete(before time: Timestamp, limit: Int) async throws -> Int {
        let filter = PropertyFilter(LedgerRecord.Property.time, .lessThan, .timestamp(time))
        let query = Query(kind: RunKey.kind, namespace: Key.platformNamespace, filters: [filter])
        return try await datastore.delete(matching: query, limit: limit)
    }

    /// A page of records, newest first.
    func page(
        job: String?, outcome: JobRun.Outcome?, since: Timestamp?, limit: Int, token: String?
    ) async throws -> JobRunPage {
        let start = try token.map { text throws(SchedulingError) in
            guard let cursor = Cursor(text: text) else { throw Self.badToken }
            return cursor
        }
        let (property, filters) = Self.filters(job: job, outcome: outcome, since: since)
        let limit = min(max(1, limit), 1000)
        // One more than asked for tells whether there is a next page.
        let query = Query(
            kind: RunKey.kind, namespace: Key.platformNamespace, filters: filters,
            orders: [PropertyOrder(property, .descending)], limit: limit + 1, start: start)
        let batch: QueryBatch
        do {
            batch = try await datastore.run(query)
        } catch let error as DatastoreError where error.code == .invalidArgument && token != nil {
            throw Self.badToken
        }
        let results = batch.results.prefix(limit)
        let hasMore = batch.results.count > limit || batch.more == .notFinished
        return JobRunPage(
            runs: results.compactMap { LedgerRecord($0.stored.entity)?.run },
            nextPageToken: hasMore ? results.last?.cursor.text : nil)
    }

    /// All of a query's entities, page by page.
    func all(_ query: Query) async throws -> [Entity] {
        var query = query
        var entities: [Entity] = []
        while true {
            let batch = try await datastore.run(query)
            entities += batch.entities
            guard batch.more == .notFinished, let cursor = batch.endCursor else { return entities }
            query.start = cursor
        }
    }

    private static let badToken = SchedulingError(
        .invalidPageToken, "the page token is not one of this question's: ask again without it")

    private static func filters(
        job: String?, outcome: JobRun.Outcome?, since: Timestamp?
    ) -> (property: String, filters: [PropertyFilter]) {
        let (property, prefix) =
            switch (job, outcome) {
            case (let job?, let outcome?): (LedgerRecord.Property.jobOutcomeTime, "\(job)/\(outcome.rawValue)/")
            case (let job?, nil): (LedgerRecord.Property.jobTime, "\(job)/")
            case (nil, let outcome?): (LedgerRecord.Property.outcomeTime, "\(outcome.rawValue)/")
            case (nil, nil): (LedgerRecord.Property.time, "")
            }
        guard prefix.isEmpty else { return (property, range(property, prefix: prefix, since: since)) }
        return (property, since.map { [PropertyFilter(property, .greaterThanOrEqual, .timestamp($0))] } ?? [])
    }

    /// The texts that begin with a prefix and go on with a time: `~` is behind every digit.
    private static func range(_ property: String, prefix: String, since: Timestamp?) -> [PropertyFilter] {
        let from = prefix + (since.map { CivilTime(min(max($0, .earliest), .latest)).exactText } ?? "")
        return [
            PropertyFilter(property, .greaterThanOrEqual, .string(from)),
            PropertyFilter(property, .lessThan, .string(prefix + "~")),
        ]
    }
}

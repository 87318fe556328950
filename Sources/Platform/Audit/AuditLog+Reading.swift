import Datastore

extension AuditLog {
    /// How many records one page looks at: a rare match among many must not hold a reader for long.
    private static let scanLimit = 20_000
    private static let batch = 500

    /// A page of records, newest first.
    ///
    /// Throws an ``AuditError`` for a wrong page token, or what the datastore said.
    public func list(_ query: AuditQuery) async throws -> AuditPage {
        let limit = min(1_000, max(1, query.limit))
        var before = try query.pageToken.map { try Self.position($0) }
        var records: [AuditRecord] = []
        var scanned = 0
        while scanned < Self.scanLimit {
            let batch = try await datastore.run(Self.scan(query, before: before))
            guard let last = batch.entities.last?.key.id else { return AuditPage(records: records, nextPageToken: nil) }
            for entity in batch.entities {
                // One more than the page has, to know whether there is another.
                guard records.count <= limit else { break }
                if let record = AuditRecord(entity).map(shown), query.matches(record) { records.append(record) }
            }
            if records.count > limit { break }
            scanned += batch.entities.count
            before = last
        }
        guard records.count > limit else {
            return AuditPage(records: records, nextPageToken: before.map { "\($0)" })
        }
        records.removeLast()
        return AuditPage(records: records, nextPageToken: records.last.map { "\($0.time.microseconds)" })
    }

    private static func scan(_ query: AuditQuery, before: Int64?) -> Query {
        let ends = [query.until?.microseconds, before].compactMap(\.self)
        var filters: [PropertyFilter] = []
        if let since = query.since {
            filters.append(PropertyFilter(Query.keyProperty, .greaterThanOrEqual, .key(AuditRecord.key(since))))
        }
        if let end = ends.min() {
            let key = AuditRecord.key(Timestamp(microseconds: end))
            filters.append(PropertyFilter(Query.keyProperty, .lessThan, .key(key)))
        }
        return Query(
            kind: AuditRecord.kind, namespace: Key.platformNamespace, filters: filters,
            orders: [PropertyOrder(Query.keyProperty, .descending)], limit: batch)
    }

    /// A record as it is shown: one that says running, of a change that does not go on, was interrupted.
    private func shown(_ record: AuditRecord) -> AuditRecord {
        guard record.outcome == .running, !isOpen(record.time) else { return record }
        var shown = record
        shown.outcome = .interrupted
        return shown
    }

    private static func position(_ token: String) throws(AuditError) -> Int64 {
        guard let time = Int64(token), time > 0, token == "\(time)" else {
            throw AuditError(code: .invalidPageToken, message: "pageToken is not one that the audit log gave")
        }
        return time
    }
}

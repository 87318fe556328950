import Database
import GRDB

/// Writes batches: what it knows of the file between two of them, and the closure that writes one.
///
/// A value, like ``SegmentWriter``: the copy that the closure changed is kept once the transaction is on the disk.
struct BatchWriter: Sendable {
    /// Microseconds since 1970 at which this run began.
    let started: Int64
    /// The longest time that a segment covers, in microseconds.
    var longestSegment: Int64
    /// The number of this run; known once the file has given it.
    private(set) var boot: Int64?
    private(set) var segment: SegmentWriter?
    /// The newest id in the file.
    private(set) var newestID: Int64 = 0
    private var isBootInFile = false

    init(started: Int64, longestSegment: Int64) {
        self.started = started
        self.longestSegment = longestSegment
    }

    /// The same run in a new file.
    func inNewFile() -> BatchWriter {
        var result = self
        result.segment = nil
        result.isBootInFile = false
        return result
    }

    /// Forgets the open segment, where it was deleted.
    mutating func segmentDeleted(_ firstID: Int64) {
        if segment?.firstID == firstID { segment = nil }
    }

    /// Gives this run its number.
    mutating func register(_ database: Database) throws {
        if isBootInFile { return }
        let newest = try Int64.fetchOne(
            database,
            sql: """
                SELECT max(coalesce((SELECT max(id) FROM request_record), 0),
                    coalesce((SELECT max(last_id) FROM request_gap), 0))
                """)
        let lastBoot = try Int64.fetchOne(database, sql: "SELECT max(number) FROM request_boot")
        if boot == nil {
            boot = BatchWriter.nextBoot(last: lastBoot, newestID: newest ?? 0, started: started)
            newestID = newest ?? 0
        }
        try database.execute(
            sql: "INSERT OR IGNORE INTO request_boot (number, started) VALUES (?, ?)", arguments: [boot, started])
        isBootInFile = true
    }

    mutating func write(_ batch: RecordBuffer.Batch, ended: Int64?, _ database: Database) throws {
        try register(database)
        guard let boot else { return }
        let base = boot << InsertID.sequenceBits
        try writeRecords(batch.entries, base: base, database)
        try writeGaps(batch.gaps, base: base, database)
        let last = max(batch.entries.last?.sequence ?? 0, batch.gaps.last?.last ?? 0)
        if last > 0 { newestID = max(newestID, base + last) }
        try writeCounters(batch.counters, boot: boot, ended: ended, database)
    }

    private mutating func writeRecords(_ entries: [RecordBuffer.Entry], base: Int64, _ database: Database) throws {
        guard !entries.isEmpty else { return }
        let insert = try RawStatement(
            database,
            """
            INSERT INTO request_record (id, time, latency, shape, request_size, response_size, url, request_id,
                user_agent, remote_ip, trace, span, referer, principal, error)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        for entry in entries {
            let id = base + entry.sequence
            let time = entry.record.timestamp
            if let full = segment, full.isFull(at: time, longest: longestSegment) {
                try full.save(database)
                segment = nil
            }
            // Taken out and put back, so that its dictionaries are changed in place and not copied for each record.
            var current = segment ?? SegmentWriter(firstID: id, time: time)
            segment = nil
            try current.append(entry.record, id: id, insert, database)
            segment = current
        }
        try segment?.save(database)
    }

    private func writeGaps(_ gaps: [RecordBuffer.Gap], base: Int64, _ database: Database) throws {
        for gap in gaps {
            try database.cachedStatement(sql: "INSERT OR REPLACE INTO request_gap VALUES (?, ?, ?)")
                .execute(arguments: [base + gap.first, base + gap.last, gap.dropped])
        }
    }

    private func writeCounters(
        _ counters: RequestLogCounters, boot: Int64, ended: Int64?, _ database: Database
    ) throws {
        let statement = try database.cachedStatement(
            sql: """
                UPDATE request_boot SET ended = ?, served = ?, stored = ?, sampled_out = ?, dropped_buffer_full = ?,
                    dropped_write_failed = ?, dropped_shutdown = ? WHERE number = ?
                """)
        try statement.execute(arguments: [
            ended, counters.served, counters.stored, counters.sampledOut, counters.dropped[.bufferFull] ?? 0,
            counters.dropped[.writeFailed] ?? 0, counters.dropped[.shutdown] ?? 0, boot,
        ])
    }

    /// The number of the run that begins now: one more than any that the file knows.
    ///
    /// A file that knows none may follow one that was lost, or set aside as broken. Its ids must not be given again,
    /// or whoever resumes at one of them would wait for ever: the numbers then start at the minutes since 2020.
    static func nextBoot(last: Int64?, newestID: Int64, started: Int64) -> Int64 {
        guard let last else { return max(1, (started / 1_000_000 - 1_577_836_800) / 60) }
        return max(last, newestID >> InsertID.sequenceBits) + 1
    }
}

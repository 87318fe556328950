/// What stands between the requests and the file: bounded in records and in bytes.
///
/// Every request that was served gets the next number, stored or not; a run of dropped ones is kept as one gap.
struct RecordBuffer {
    struct Entry: Sendable {
        let sequence: Int64
        let record: RequestRecord
    }

    /// A run of dropped records, with no stored one between them.
    struct Gap: Sendable, Equatable {
        var first: Int64
        var last: Int64
        var dropped: Int
    }

    /// All that waits, and the counters as they are once it is stored.
    struct Batch: Sendable {
        var entries: [Entry]
        var gaps: [Gap]
        var counters: RequestLogCounters
        var isFinal: Bool

        var isEmpty: Bool { entries.isEmpty && gaps.isEmpty }
    }

    /// What is to be done after a record was taken.
    enum Outcome {
        case taken
        /// So many wait that they are to be written now.
        case wake
    }

    let capacity: Int
    let capacityInBytes: Int
    let wakeAt: Int
    /// The share of records that is taken.
    var sample: Double

    private(set) var counters = RequestLogCounters()
    private(set) var isClosed = false
    private var entries: [Entry] = []
    private var gaps: [Gap] = []
    private var bytes = 0
    private var sequence: Int64 = 0
    private var lastTaken: Int64 = 0
    private var share = 0.0

    init(capacity: Int, capacityInBytes: Int, wakeAt: Int, sample: Double) {
        self.capacity = capacity
        self.capacityInBytes = capacityInBytes
        self.wakeAt = wakeAt
        self.sample = sample
    }

    mutating func append(_ record: RequestRecord) -> Outcome {
        counters.served += 1
        sequence += 1
        if isClosed {
            counters.dropped[.shutdown, default: 0] += 1
            return .taken
        }
        guard isInSample() else {
            counters.sampledOut += 1
            return .taken
        }
        let size = RecordBuffer.size(of: record)
        guard entries.count < capacity, bytes + size <= capacityInBytes else {
            drop()
            return .taken
        }
        entries.append(Entry(sequence: sequence, record: record))
        bytes += size
        lastTaken = sequence
        counters.buffered += 1
        return entries.count == wakeAt ? .wake : .taken
    }

    /// Takes all that waits; `final` closes the buffer in the same step, so that nothing comes between.
    mutating func take(final: Bool) -> Batch {
        var counters = counters
        counters.stored += entries.count
        counters.buffered = 0
        let batch = Batch(entries: entries, gaps: gaps, counters: counters, isFinal: final)
        entries = []
        gaps = []
        bytes = 0
        if final { isClosed = true }
        return batch
    }

    mutating func stored(_ batch: Batch) {
        counters.stored += batch.entries.count
        counters.buffered -= batch.entries.count
    }

    /// The file did not take the batch: all of it is one gap, told with the next batch.
    mutating func failed(_ batch: Batch) {
        counters.dropped[.writeFailed, default: 0] += batch.entries.count
        counters.buffered -= batch.entries.count
        let firsts = batch.entries.prefix(1).map(\.sequence) + batch.gaps.map(\.first)
        let lasts = batch.entries.suffix(1).map(\.sequence) + batch.gaps.map(\.last)
        guard let first = firsts.min(), let last = lasts.max() else { return }
        let dropped = batch.gaps.reduce(batch.entries.count) { $0 + $1.dropped }
        gaps.insert(Gap(first: first, last: last, dropped: dropped), at: 0)
    }

    private mutating func drop() {
        counters.dropped[.bufferFull, default: 0] += 1
        if let last = gaps.indices.last, gaps[last].last > lastTaken {
            gaps[last].last = sequence
            gaps[last].dropped += 1
        } else {
            gaps.append(Gap(first: sequence, last: sequence, dropped: 1))
        }
    }

    /// Takes the share evenly, without chance: of four requests at 0.25, the fourth.
    private mutating func isInSample() -> Bool {
        if sample >= 1 { return true }
        share += max(0, sample)
        guard share >= 1 else { return false }
        share -= 1
        return true
    }

    /// About what the record takes in memory; the texts that a client chooses may be long.
    private static func size(of record: RequestRecord) -> Int {
        400 + record.url.utf8.count + record.requestID.utf8.count + (record.userAgent?.utf8.count ?? 0)
            + (record.referer?.utf8.count ?? 0) + (record.error?.utf8.count ?? 0)
    }
}

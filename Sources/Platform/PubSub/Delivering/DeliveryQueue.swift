import DequeModule
import HeapModule

/// The deliveries of one subscription that are in memory: a window on the stored queue, with what the store does not
/// have, the leases and the waits.
///
/// A pure state machine: time comes in as a number, and what is to be done goes out as values. Times are those of a
/// clock that never jumps.
struct DeliveryQueue: Sendable {
    enum Phase: Sendable, Hashable {
        /// Can be sent.
        case ready
        /// Sent, until then; nil: until its sender says how it went.
        case leased(until: Duration?)
        /// Failed, and to be sent again then.
        case delayed(until: Duration)
        /// Behind another one of its ordering key.
        case blocked
        /// Its end is being stored.
        case settling
    }

    struct Entry: Sendable {
        var orderingKey: String?
        var failures: Int
        var phase = Phase.ready
        /// The number of its last lease; 0 before the first.
        var lease: Int64 = 0
        /// Whether the store has to be asked first whether it is there still.
        var isDoubtful: Bool
        /// Whether it stands only for a delivery whose end is being stored, of which nothing is known.
        var isPlaceholder = false
        /// Changes with the phase: an alarm or a place among the ready of another stamp is void.
        var stamp: UInt64 = 0
    }

    /// A delivery that was taken to be sent.
    struct Taken: Sendable, Hashable {
        let sequence: Int64
        let lease: Int64
        /// How often it was sent, this time included.
        let attempt: Int
        let isDoubtful: Bool
    }

    /// A delivery that was sent in vain.
    struct Failure: Sendable, Hashable {
        let sequence: Int64
        let failures: Int
        let orderingKey: String?
    }

    private struct Alarm: Sendable, Comparable {
        let time: Duration
        let sequence: Int64
        let stamp: UInt64

        static func < (left: Alarm, right: Alarm) -> Bool { left.time < right.time }
    }

    /// The most deliveries in memory, whatever their phase.
    let capacity: Int
    private(set) var entries: [Int64: Entry] = [:]
    private var ready = Heap<Int64>()
    private(set) var readyCount = 0
    private var alarms = Heap<Alarm>()
    /// The deliveries of each ordering key in their order, of which the first may be sent.
    private var lanes: [String: Deque<Int64>] = [:]
    private var lastLease: Int64
    private var stamps: UInt64 = 0
    var window = Window()

    /// - Parameters:
    ///   - capacity: the most deliveries in memory.
    ///   - firstLease: behind which leases are numbered: another one at each start, so that none comes twice.
    init(capacity: Int, firstLease: Int64) {
        self.capacity = capacity
        lastLease = firstLease
    }

    var hasReady: Bool { readyCount > 0 }
    var hasRoom: Bool { entries.count < capacity }

    /// When something happens by itself next.
    mutating func wake() -> Duration? {
        while let alarm = alarms.min {
            if entries[alarm.sequence]?.stamp == alarm.stamp { return alarm.time }
            alarms.removeMin()
        }
        return nil
    }

    // MARK: Coming in

    /// Adds a delivery that is not in memory.
    mutating func insert(_ delivery: StoredDelivery, isDoubtful: Bool = false) {
        let sequence = delivery.sequence
        guard entries[sequence] == nil else { return }
        entries[sequence] = Entry(
            orderingKey: delivery.orderingKey, failures: delivery.failures, phase: .blocked, isDoubtful: isDoubtful)
        guard let key = delivery.orderingKey else { return set(.ready, sequence) }
        var lane = lanes[key] ?? []
        if let head = lane.first, sequence < head, entries[head]?.phase == .ready {
            // Two publishers at once: the earlier number came later.
            set(.blocked, head)
            lane.prepend(sequence)
        } else {
            let place = lane.lastIndex { $0 < sequence }.map { $0 + 1 } ?? min(1, lane.count)
            lane.insert(sequence, at: place)
        }
        lanes[key] = lane
        if lane.first == sequence { set(.ready, sequence) }
    }

    // MARK: Going out

    /// Takes up to so many that are ready, the earliest first.
    ///
    /// - Parameter until: when the lease ends; nil: when its sender says how it went.
    mutating func take(_ limit: Int, until: Duration?) -> [Taken] {
        var taken: [Taken] = []
        while taken.count < limit, readyCount > 0, let sequence = ready.popMin() {
            guard let entry = entries[sequence], entry.phase == .ready else { continue }
            lastLease += 1
            entries[sequence]?.lease = lastLease
            entries[sequence]?.isDoubtful = false
            set(.leased(until: until), sequence)
            taken.append(
                Taken(
                    sequence: sequence, lease: lastLease, attempt: entry.failures + 1, isDoubtful: entry.isDoubtful))
        }
        return taken
    }

    /// Gives a lease more time; false when it is not out any more.
    mutating func extend(_ sequence: Int64, lease: Int64, until: Duration) -> Bool {
        guard isOut(sequence, lease) else { return false }
        set(.leased(until: until), sequence)
        return true
    }

    /// Puts back what was taken and not sent.
    mutating func putBack(_ taken: Taken) {
        guard isOut(taken.sequence, taken.lease) else { return }
        entries[taken.sequence]?.isDoubtful = taken.isDoubtful
        set(.ready, taken.sequence)
    }

    private func isOut(_ sequence: Int64, _ lease: Int64) -> Bool {
        guard let entry = entries[sequence], case .leased = entry.phase else { return false }
        return entry.lease == lease
    }

    // MARK: The end of a lease

    /// Notes that a delivery was sent in vain, and when it may be sent again; nil when the lease is not out any more.
    mutating func fail(
        _ sequence: Int64, lease: Int64, now: Duration, delay: (_ failures: Int) -> Duration
    ) -> Failure? {
        guard isOut(sequence, lease), let entry = entries[sequence] else { return nil }
        let failures = entry.failures + 1
        entries[sequence]?.failures = failures
        let wait = delay(failures)
        set(wait > .zero ? .delayed(until: now + wait) : .ready, sequence)
        return Failure(sequence: sequence, failures: failures, orderingKey: entry.orderingKey)
    }

    /// Ends the leases and waits that are over; the leases have failed.
    mutating func expire(now: Duration, delay: (_ failures: Int) -> Duration) -> [Failure] {
        var failures: [Failure] = []
        while let time = wake(), time <= now, let alarm = alarms.popMin() {
            guard let entry = entries[alarm.sequence] else { continue }
            switch entry.phase {
            case .leased:
                if let failure = fail(alarm.sequence, lease: entry.lease, now: now, delay: delay) {
                    failures.append(failure)
                }
            case .delayed: set(.ready, alarm.sequence)
            case .ready, .blocked, .settling: break
            }
        }
        return failures
    }

    /// Whether an acknowledgement of a lease counts, and begins to store it. It counts after the lease's end too,
    /// unless the message was sent again.
    mutating func beginSettling(_ sequence: Int64, lease: Int64) -> Bool {
        guard let entry = entries[sequence], entry.phase != .settling else { return false }
        // Without a lease in this run, it is one of the run before.
        guard entry.lease == lease || entry.lease == 0 else { return false }
        set(.settling, sequence)
        return true
    }

    /// Begins to store the end of a delivery whatever its lease; false when it began before.
    mutating func beginSettling(_ sequence: Int64) -> Bool {
        guard entries[sequence]?.phase != .settling else { return false }
        if entries[sequence] == nil {
            // Kept for as long as its end is being stored, so that no scan brings it back.
            entries[sequence] = Entry(failures: 0, phase: .settling, isDoubtful: false, isPlaceholder: true)
        } else {
            set(.settling, sequence)
        }
        return true
    }

    /// Takes back what could not be stored.
    mutating func endSettling(_ sequence: Int64, now: Duration, wait: Duration) {
        guard let entry = entries[sequence], entry.phase == .settling else { return }
        guard !entry.isPlaceholder else { return entries[sequence] = nil }
        set(.delayed(until: now + wait), sequence)
    }

    /// Removes a delivery whose end is stored.
    mutating func remove(_ sequence: Int64) {
        window.noteRemoval(sequence)
        guard let entry = entries.removeValue(forKey: sequence) else { return }
        if entry.phase == .ready { readyCount -= 1 }
        guard let key = entry.orderingKey, var lane = lanes[key] else { return }
        lane.removeAll { $0 == sequence }
        lanes[key] = lane.isEmpty ? nil : lane
        if let head = lane.first, entries[head]?.phase == .blocked { set(.ready, head) }
    }

    /// Forgets everything: the store was changed beneath.
    mutating func reset() {
        entries = [:]
        ready = Heap()
        readyCount = 0
        alarms = Heap()
        lanes = [:]
        window.reset()
    }

    /// The one place where a phase changes.
    private mutating func set(_ phase: Phase, _ sequence: Int64) {
        guard let old = entries[sequence]?.phase else { return }
        stamps += 1
        entries[sequence]?.phase = phase
        entries[sequence]?.stamp = stamps
        if old == .ready { readyCount -= 1 }
        switch phase {
        case .ready:
            readyCount += 1
            ready.insert(sequence)
        case .leased(let time?), .delayed(let time):
            alarms.insert(Alarm(time: time, sequence: sequence, stamp: stamps))
        case .leased(nil), .blocked, .settling: break
        }
    }
}

import Datastore

/// The order of one job's runs: one at a time, one more waits, and an instant that finds another waiting is skipped.
struct JobQueue: Sendable, Hashable {
    /// What happens to an instant that arrives.
    enum Arrival: Sendable, Hashable {
        /// It runs at once.
        case start
        /// It waits for the run under way.
        case wait
        /// It is not run, since the named instant waits already.
        case skip(behind: Timestamp)
    }

    /// Whether a run is under way.
    private(set) var isRunning = false
    /// The instant that waits.
    private(set) var waiting: Timestamp?

    init() {}

    /// What would happen to an instant now.
    var arrival: Arrival {
        if let waiting { return .skip(behind: waiting) }
        return isRunning ? .wait : .start
    }

    /// Takes an instant of the schedule.
    mutating func arrive(_ instant: Timestamp) {
        switch arrival {
        case .start: isRunning = true
        case .wait: waiting = instant
        case .skip: break
        }
    }

    /// Takes a run by hand, where none is under way.
    mutating func startManual() { isRunning = true }

    /// Ends the run under way; the instant that waited goes on in its place.
    mutating func finish() -> Timestamp? {
        let next = waiting
        waiting = nil
        isRunning = next != nil
        return next
    }

    /// Takes the waiting instant out, which will not run.
    mutating func dropWaiting() -> Timestamp? {
        defer { waiting = nil }
        return waiting
    }
}

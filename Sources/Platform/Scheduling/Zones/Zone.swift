import Datastore

/// A time zone: how its clocks went and will go.
struct Zone: Sendable {
    /// Where the clocks were set.
    struct Transition: Sendable, Hashable {
        /// The first second with the new offset, since 1970 in UTC.
        let second: Int64
        /// What the clocks are ahead of UTC from then on, in seconds.
        let offset: Int64
    }

    /// UTC, which needs no tz database.
    static let utc = Zone(first: 0, transitions: [])

    private let first: Int64
    private let transitions: [Transition]
    /// At each transition, the second behind the last reading that any clock had shown before.
    private let unshown: [Int64]

    /// - Parameters:
    ///   - first: what the clocks are ahead of UTC before the first transition, in seconds.
    ///   - transitions: in the order of time; those that change nothing are passed over.
    init(first: Int64, transitions: [Transition]) {
        self.first = first
        var kept: [Transition] = []
        var unshown: [Int64] = []
        for transition in transitions {
            let before = kept.last?.offset ?? first
            guard transition.offset != before else { continue }
            // Set back twice in a short time, the clocks may not yet show again what they showed before the first.
            unshown.append(max(transition.second + before, unshown.last ?? .min))
            kept.append(transition)
        }
        self.transitions = kept
        self.unshown = unshown
    }

    /// How many spans there are: one more than transitions.
    var count: Int { transitions.count + 1 }

    /// The span of an index, in the order of time.
    subscript(index: Int) -> ZoneSpan {
        let (least, most) = (Timestamp(microseconds: .min), Timestamp(microseconds: .max))
        let begin = index > 0 ? transitions[index - 1] : nil
        return ZoneSpan(
            start: begin.map { Self.timestamp($0.second) } ?? least,
            end: index < transitions.count ? Self.timestamp(transitions[index].second) : most,
            offset: (begin?.offset ?? first) * 1_000_000,
            unshown: index > 0 ? Self.timestamp(unshown[index - 1]) : nil)
    }

    /// The index of the span in which an instant lies.
    func index(at instant: Timestamp) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if Self.timestamp(transitions[middle].second) <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func timestamp(_ second: Int64) -> Timestamp {
        let (microseconds, overflow) = second.multipliedReportingOverflow(by: 1_000_000)
        return Timestamp(microseconds: overflow ? (second < 0 ? .min : .max) : microseconds)
    }
}

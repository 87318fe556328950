extension DeliveryQueue {
    /// Which part of the stored queue is in memory.
    ///
    /// Deliveries come in two ways: by scans of the store, in the order of their numbers, and, when there is nothing
    /// beyond the last scan, by word of their publishers. Publishers store side by side, so that a word may come for a
    /// number that a scan has passed, or has seen already.
    struct Window: Sendable {
        /// What is stored up to here is in memory, or was.
        var scanned: Int64 = 0
        /// Whether nothing is stored beyond but what is announced from now on.
        var isAtEnd = false
        var scan: Scan?

        struct Scan: Sendable {
            /// What was announced meanwhile.
            var arrivals: [StoredDelivery] = []
            /// What was removed meanwhile: the scan may have seen it before.
            var removed: Set<Int64> = []
            /// Whether the window was reset meanwhile.
            var isVoid = false
        }

        mutating func noteRemoval(_ sequence: Int64) {
            scan?.removed.insert(sequence)
        }

        mutating func reset() {
            scanned = 0
            isAtEnd = false
            scan?.isVoid = true
            scan?.arrivals = []
        }
    }

    /// Whether the window holds all deliveries that there are.
    var isWhole: Bool { window.isAtEnd && window.scan == nil }

    /// Takes the word of a publisher.
    mutating func arrive(_ delivery: StoredDelivery) {
        if window.scan != nil {
            window.scan?.arrivals.append(delivery)
        } else if delivery.sequence <= window.scanned {
            // Rarely: it may have been here, and have ended, before its publisher's word came.
            insert(delivery, isDoubtful: true)
        } else if window.isAtEnd, hasRoom {
            insert(delivery)
            window.scanned = delivery.sequence
        } else {
            window.isAtEnd = false
        }
    }

    /// Begins a scan when there are fewer than so many ready and more stored; gives the number behind which to begin.
    mutating func beginScan(below low: Int) -> Int64? {
        guard window.scan == nil, !window.isAtEnd, readyCount < low, hasRoom else { return nil }
        window.scan = Window.Scan()
        return window.scanned
    }

    /// Takes what a scan found, in order; nil when it failed.
    mutating func endScan(_ found: [StoredDelivery]?, reachedEnd: Bool) {
        guard let scan = window.scan else { return }
        window.scan = nil
        guard !scan.isVoid else { return }
        if let found {
            for delivery in found where !scan.removed.contains(delivery.sequence) { insert(delivery) }
            window.scanned = max(window.scanned, found.last?.sequence ?? 0)
            window.isAtEnd = reachedEnd
        }
        for delivery in scan.arrivals { arrive(delivery) }
    }
}

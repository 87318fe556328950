/// Answers a query on a snapshot, by a plan.
struct QueryExecutor {
    /// The most results of one page.
    static let pageLimit = 1_000
    /// The bytes of properties after which a page ends.
    static let pageBytes = 8 << 20

    let snapshot: any EngineSnapshot
    let shape: QueryShape
    let plan: QueryPlan

    /// A result that was found.
    struct Match {
        let position: QueryPosition
        let row: EntityRow
    }

    /// What to return of the results.
    struct Window {
        var start: QueryPosition?
        var end: QueryPosition?
        var offset: Int
        var limit: Int?
        var keysOnly: Bool
    }

    /// The results of a page.
    struct Page {
        var matches: [Match] = []
        var skipped = 0
        /// Where the skipped and returned results end.
        var last: QueryPosition?
        var more: MoreResults = .none
    }

    /// A page of the query's results.
    func page(_ window: Window) throws -> Page {
        let needsProperties = try needsProperties()
        var page = Page()
        var bytes = 0
        let wanted = min(window.limit ?? Self.pageLimit, Self.pageLimit)
        try forEachMatch(window, properties: needsProperties || !window.keysOnly) { match in
            if let end = window.end, end < match.position {
                page.more = .afterCursor
                return false
            }
            if page.skipped < window.offset {
                page.skipped += 1
                page.last = match.position
                return true
            }
            guard page.matches.count < wanted, bytes < Self.pageBytes else {
                page.more = page.matches.count == window.limit ? .afterLimit : .notFinished
                return false
            }
            bytes += match.row.properties.count
            page.last = match.position
            page.matches.append(match)
            return true
        }
        return page
    }

    /// Whether entities must be looked into to know whether, and where, they are results.
    private func needsProperties() throws -> Bool {
        if plan.filters { return true }
        guard let index = plan.index else { return false }
        return try snapshot.register(Index.severalRegister(index)) != nil
    }

    /// Hands over the matches behind the window's start, in order, until the closure returns false.
    private func forEachMatch(
        _ window: Window, properties: Bool, _ body: (Match) throws -> Bool
    ) throws {
        switch plan.source {
        case .keys(let range, let descending):
            try scanKeys(range, descending, window, properties, body)
        case .entries(let index, let prefix, let values, let reversed):
            let scan = EntryScan(
                index: index, values: values, descending: reversed, after: nil, limit: 0, properties: properties)
            try scanEntries(scan, prefix: prefix, window, body)
        case .scan(let range): try sortAll(range, window, body)
        case .allKinds: try mergeKinds(window, body)
        }
    }

    /// How many rows to read at once: little more than what is wanted, more when rows may be filtered out.
    private func batch(_ window: Window) -> Int {
        let wanted = min(window.limit ?? Self.pageLimit, Self.pageLimit) + min(window.offset, Self.pageLimit)
        let bounded = min(wanted, Self.pageLimit) + 1
        return plan.filters ? max(bounded, 128) : bounded
    }

    /// Whether no rows follow those that the engine gave: it gives fewer than asked for at the end, or when it has read
    /// many bytes.
    private static func isLast(_ rows: [EntityRow], _ limit: Int) -> Bool {
        rows.count < limit && rows.reduce(0) { $0 + $1.properties.count } < EngineLimits.pageBytes
    }

    /// Where an entity stands in the query's order; nil when it is no result.
    private func order(of row: EntityRow) throws -> [UInt8]? {
        guard try shape.keys.contains(KeyEncoding.steps(storage: row.key)) else { return nil }
        return shape.order(of: try KeyEncoding.key(storage: row.key), try Properties(stored: row.properties))
    }
}

// Entities in the order of their keys.
extension QueryExecutor {
    private func scanKeys(
        _ range: ByteRange, _ descending: Bool, _ window: Window, _ properties: Bool, _ body: (Match) throws -> Bool
    ) throws {
        var range = range
        if let start = window.start {
            if descending { range.cut(at: start.key) } else { range.raise(to: start.key + [0]) }
        }
        let batch = batch(window)
        while true {
            let rows = try snapshot.entities(
                in: range, descending: descending, limit: batch, properties: properties)
            for row in rows {
                let order: [UInt8]? =
                    if plan.filters {
                        try order(of: row)
                    } else {
                        shape.orders.isEmpty ? [] : shape.order(of: try KeyEncoding.key(storage: row.key), Properties())
                    }
                guard let order else { continue }
                guard try body(Match(position: QueryPosition(order: order, key: row.key), row: row)) else { return }
            }
            guard let last = rows.last?.key, !Self.isLast(rows, batch) else { return }
            if descending { range.cut(at: last) } else { range.raise(to: last + [0]) }
        }
    }
}

// Entries of an index.
extension QueryExecutor {
    private func scanEntries(
        _ scan: EntryScan, prefix: [UInt8], _ window: Window, _ body: (Match) throws -> Bool
    ) throws {
        var scan = scan
        let needsCheck = try needsProperties()
        scan.limit = batch(window)
        if let start = window.start, !resume(&scan, prefix: prefix, start) { return }
        while true {
            let rows = try snapshot.entries(scan)
            for (value, row) in rows {
                let suffix = Array(value.dropFirst(prefix.count))
                let position = QueryPosition(order: scan.descending ? suffix.inverted : suffix, key: row.key)
                // An entity with several entries is a result at its first one only.
                if needsCheck, try order(of: row) != position.order { continue }
                guard try body(Match(position: position, row: row)) else { return }
            }
            guard let last = rows.last, !Self.isLast(rows.map(\.entity), scan.limit) else { return }
            scan.after = (last.value, last.entity.key)
        }
    }

    /// Lets a scan begin behind a cursor's position; false when that is behind the scan's end. A position need not be
    /// in the scan's range: a cursor comes from outside.
    private func resume(_ scan: inout EntryScan, prefix: [UInt8], _ start: QueryPosition) -> Bool {
        let value = prefix + (scan.descending ? start.order.inverted : start.order)
        if scan.values.contains(value) {
            scan.after = (value, start.key)
            return true
        }
        let isBelow = value.precedes(scan.values.lower)
        return isBelow != scan.descending
    }
}

// Without an index.
extension QueryExecutor {
    /// Reads the whole kind and keeps the first results: as many as the window can want, and one more.
    private func sortAll(_ range: ByteRange, _ window: Window, _ body: (Match) throws -> Bool) throws {
        let kept = min(window.offset, Int.max / 4) + min(window.limit ?? Self.pageLimit, Self.pageLimit) + 1
        var first: [QueryPosition] = []
        let everything = Window(offset: 0, keysOnly: false)
        let keys = QueryExecutor(
            snapshot: snapshot, shape: shape, plan: QueryPlan(source: .keys(range, descending: false), filters: true))
        try keys.scanKeys(range, false, everything, true) { match in
            if let start = window.start, !(start < match.position) { return true }
            first.append(match.position)
            if first.count >= 2 * kept {
                first.sort()
                first.removeSubrange(kept...)
            }
            return true
        }
        first.sort()
        for position in first.prefix(kept) {
            guard let row = try snapshot.entity(at: position.key, properties: !window.keysOnly) else { continue }
            guard try body(Match(position: position, row: row)) else { return }
        }
    }

    /// Merges the kinds of the namespace, each of which comes in the order of its keys.
    private func mergeKinds(_ window: Window, _ body: (Match) throws -> Bool) throws {
        let batch = batch(window)
        var streams: [KindStream] = []
        for kind in try KindScan.kinds(in: shape.namespace, snapshot) {
            var steps = shape.keys
            if let start = window.start { steps.raise(to: start.key + [0]) }
            let range = steps.prefixed(by: KeyEncoding.kindPrefix(kind, namespace: shape.namespace))
            var stream = KindStream(range: range, batch: batch)
            try stream.fill(snapshot)
            streams.append(stream)
        }
        while let first = streams.indices.filter({ streams[$0].next != nil }).min(by: {
            (streams[$0].next ?? []).precedes(streams[$1].next ?? [])
        }) {
            guard let (steps, key) = try streams[first].take(snapshot) else { return }
            guard let row = try snapshot.entity(at: key, properties: !window.keysOnly) else { continue }
            guard try body(Match(position: QueryPosition(order: [], key: steps), row: row)) else { return }
        }
    }
}

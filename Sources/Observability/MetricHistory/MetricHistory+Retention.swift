import Database
import Settings
import Synchronization

/// The deletion of what is old or too much.
extension MetricHistory {
    /// Groups that one flush deletes at most because they are old; what is too much goes at once.
    private static let groupsAFlush = 16
    /// Series that are kept though nothing is sampled into them any more: fewer where they would fill the size.
    var mostGone: Int { min(10_000, settings.maxSize / 2_000) }
    /// Series that one flush forgets at most.
    private static let forgottenAFlush = 50

    /// Deletes what is older than its tier keeps, and forgets series that are gone.
    func retain(_ file: DatabaseFile) async throws {
        let (time, settings) = (now(), settings)
        let cutoffs = Dictionary(
            settings.tiers.map { ($0.step.inMicroseconds, time - $0.retention.inMicroseconds) }
        ) { first, _ in first }
        let groups = try await file.read { database in try HistoryStore.groups(database) }
        // A tier that the settings have no longer goes as a whole.
        let old = groups.filter { group in cutoffs[group.chunk.step].map { group.chunk.end <= $0 } ?? true }
        for group in old.prefix(Self.groupsAFlush) {
            try await file.write(claim: .removal) { database in try HistoryStore.delete(group, database) }
        }
        if old.count < Self.groupsAFlush, let oldest = cutoffs.values.min() {
            // Sightings are noted once in a chunk of the finest tier, so one more chunk passes before a series is gone.
            let finest = settings.tiers.first?.step.inMicroseconds ?? 0
            try await forget(before: oldest - 2 * finest * Int64(ChunkCoder.slots), file)
        }
        try await count(file)
        _ = try await makeRoom(for: 0, file)
    }

    /// Deletes the spans that ended first, of whichever tier, until so many bytes more have room; whether any did.
    func makeRoom(for growth: Int, _ file: DatabaseFile) async throws -> Bool {
        guard bytes + growth > settings.maxSize else { return false }
        var deleted = false
        for group in try await file.read({ database in try HistoryStore.groups(database) }) {
            guard bytes + growth > settings.maxSize else { break }
            try await file.write(claim: .removal) { database in try HistoryStore.delete(group, database) }
            state.withLock { $0.bytes -= group.bytes }
            deleted = true
        }
        return deleted
    }

    /// Counts what the history takes in the file.
    func count(_ file: DatabaseFile) async throws {
        let chunks = try await file.read { database in try HistoryStore.groups(database).map(\.bytes).reduce(0, +) }
        state.withLock { state in
            let series = state.book.entries.filter { state.store.ids[$0.key] != nil }.values
            state.bytes = chunks + series.map(\.key.storedBytes).reduce(0, +)
        }
    }

    /// Forgets series that ended before a time, or that are too many.
    private func forget(before time: Int64, _ file: DatabaseFile) async throws {
        let (series, ids) = state.withLock { state in
            let gone = Array(state.book.gone(before: time, most: mostGone).prefix(Self.forgottenAFlush))
            return (gone, gone.compactMap { state.store.ids[$0] })
        }
        guard !series.isEmpty else { return }
        try await file.write(claim: .removal) { database in try HistoryStore.delete(series: ids, database) }
        state.withLock { state in
            state.book.forget(series)
            state.store.forget(series)
        }
    }
}

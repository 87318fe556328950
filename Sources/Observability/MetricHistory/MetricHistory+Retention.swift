import Database
import Settings
import Synchronization

/// The deletion of what is old or too much.
extension MetricHistory {
    /// Groups that one flush deletes at most because they are old; what is too much goes at once.
    private static let groupsAFlush = 16

    func retain(_ file: DatabaseFile) async throws {
        let time = now()
        let cutoffs = Dictionary(
            settings.tiers.map { ($0.step.inMicroseconds, time - $0.retention.inMicroseconds) }
        ) { first, _ in first }
        let groups = try await file.read { database in try HistoryStore.groups(database) }
        var bytes = groups.map(\.bytes).reduce(0, +)
        var deleted = 0
        for group in groups {
            // A tier that the settings have no longer goes as a whole.
            let isOld = cutoffs[group.chunk.step].map { group.chunk.end <= $0 } ?? true
            guard bytes > settings.maxSize || isOld && deleted < Self.groupsAFlush else { continue }
            try await file.write { database in try HistoryStore.delete(group, database) }
            bytes -= group.bytes
            deleted += 1
        }
        if deleted > 0, deleted < Self.groupsAFlush, let oldest = cutoffs.values.min() {
            // Sightings are noted once in a chunk of the finest tier, so one more chunk passes before a series is gone.
            let finest = settings.tiers.first?.step.inMicroseconds ?? 0
            let unseen = oldest - 2 * finest * Int64(ChunkCoder.slots)
            try await file.write { database in try HistoryStore.deleteSeries(before: unseen, database) }
        }
        metrics.written(bytes: bytes)
        state.withLock { $0.bytes = bytes }
    }
}

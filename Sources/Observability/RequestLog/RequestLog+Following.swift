import Database
import Synchronization

/// What followers ask of the log.
extension RequestLog {
    func position(of start: FollowStart) async throws -> Int64 {
        switch start {
        case .after(let id): return id
        case .thisRun:
            if let boot = store.withLock({ $0.hasWritten ? $0.writer.boot : nil }) {
                return boot << InsertID.sequenceBits
            }
            // Nothing of this run is in the file, so all that is comes from before the call.
            return try await database.read { database in try FollowStep.newestID(database) }
        }
    }

    func followStep(from cursor: Int64, query: RequestLogQuery) async throws -> FollowStep {
        try await database.read { database in try FollowStep.read(from: cursor, query: query, database) }
    }
}

import Database
import Datastore
import Glibc
import Logging
import MetricsTestKit
import SQLiteEngine

/// A datastore in a folder of its own.
final class TemporaryDatastore: Sendable {
    let datastore: Datastore
    private let database: DatabaseFile
    private let folder: String

    private init(_ datastore: Datastore, _ database: DatabaseFile, _ folder: String) {
        self.datastore = datastore
        self.database = database
        self.folder = folder
    }

    /// Runs a body with a fresh datastore, whose index work goes on meanwhile, and removes it afterwards.
    static func with<T: Sendable>(
        _ indexes: DeclaredIndexes, _ body: @escaping @Sendable (Datastore) async throws -> T
    ) async throws -> T {
        let folder = "/tmp/trivet-service-\(UInt64.random(in: 0...(.max)))"
        mkdir(folder, 0o700)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let database = try DatabaseFile.open(
            DatabaseConfiguration(
                path: folder + "/state.db", applicationID: 1, synchronous: .full, migrations: SQLiteEngine.migrations,
                name: "state"),
            metrics: TestMetrics(), logger: logger, onFatalError: { _ in })
        let datastore = try await Datastore(
            engine: SQLiteEngine(database: database), indexes: indexes, metrics: TestMetrics(), logger: logger)
        let store = TemporaryDatastore(datastore, database, folder)
        do {
            let result = try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try? await datastore.run() }
                defer { tasks.cancelAll() }
                return try await body(datastore)
            }
            try await store.remove()
            return result
        } catch {
            try await store.remove()
            throw error
        }
    }

    private func remove() async throws {
        try await database.close()
        for name in ["state.db", "state.db-wal", "state.db-shm"] { unlink(folder + "/" + name) }
        rmdir(folder)
    }
}

import CoreMetrics
import Database
import Foundation
import GRDB
import Logging
import Synchronization
import TestSupport

/// A folder of one test, gone with the object.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "trivet-database-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func path(of name: String) -> String { path + "/" + name }
}

/// Fatal errors that a database reported.
final class FatalErrors: Sendable {
    private let errors = Mutex<[String]>([])

    var all: [String] { errors.withLock { $0 } }

    func append(_ error: any Error) {
        errors.withLock { $0.append("\(error)") }
    }
}

/// Holds the writer until it is opened, so that what is written meanwhile makes one batch.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let entered = Mutex(false)

    var isEntered: Bool { entered.withLock { $0 } }

    func pass() {
        entered.withLock { $0 = true }
        semaphore.wait()
    }

    func open() {
        semaphore.signal()
    }
}

enum TestDatabase {
    static let applicationID: Int32 = 0x5452_5654

    static let migrations = [
        Migration(1, "things", "CREATE TABLE thing (id INTEGER PRIMARY KEY, data BLOB)")
    ]

    static func configuration(
        _ folder: TemporaryFolder, migrations: [Migration] = migrations,
        synchronous: DatabaseConfiguration.Synchronous = .full
    ) -> DatabaseConfiguration {
        DatabaseConfiguration(
            path: folder.path(of: "state.db"), applicationID: applicationID, synchronous: synchronous,
            migrations: migrations, name: "state", busyTimeout: .milliseconds(100))
    }

    static func open(_ configuration: DatabaseConfiguration, fatal: FatalErrors = FatalErrors()) throws -> DatabaseFile
    {
        try DatabaseFile.open(
            configuration, metrics: NOOPMetricsHandler.instance,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onFatalError: { fatal.append($0) })
    }

    /// Runs `writes` so that they wait together for the writer and make one batch; gives their results in order.
    static func batch(
        _ file: DatabaseFile, _ writes: [@Sendable (GRDB.Database) throws -> Int]
    ) async throws -> [Result<Int, any Error>] {
        let gate = Gate()
        async let blocker: Void = file.write { _ in gate.pass() }
        try await eventually("the gate is reached") { gate.isEntered }
        let tasks = writes.enumerated().map { position, write in
            Task {
                // One after the other, so that the order in the batch is the order of the array.
                try await eventually("they wait") { file.statistics.queueLength >= position }
                return try await file.write(write)
            }
        }
        try await eventually("they wait") { file.statistics.queueLength == writes.count }
        gate.open()
        try await blocker
        var results: [Result<Int, any Error>] = []
        for task in tasks { results.append(await task.result) }
        return results
    }
}

/// What tests throw.
struct Refused: Error, Equatable {}

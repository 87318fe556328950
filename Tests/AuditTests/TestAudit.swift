import CoreMetrics
import Database
import Datastore
import Foundation
import Instruments
import Logging
import SQLiteEngine
import Synchronization
import Testing

@testable import Audit

/// An audit log over a datastore of its own, with a clock that a test sets and a disk that it can fill.
final class TestAudit: Sendable {
    let datastore: Datastore
    let registry = MetricRegistry()
    let engine: FullableEngine
    let lines = Lines()
    let retention = Shared(Duration.seconds(3_600))
    let now = Shared(Timestamp(microseconds: 1_795_342_136_000_000))
    private let file: DatabaseFile
    private let folder: URL

    /// Does the body, and clears all away.
    static func with(_ body: (TestAudit) async throws -> Void) async throws {
        let test = try await TestAudit()
        do { try await body(test) } catch {
            try await test.close()
            throw error
        }
        try await test.close()
    }

    private init() async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        file = try DatabaseFile.open(
            DatabaseConfiguration(
                path: folder.appendingPathComponent("state.db").path, applicationID: 1, synchronous: .normal,
                migrations: SQLiteEngine.migrations, name: "state"),
            metrics: NOOPMetricsHandler.instance, logger: quiet, onFatalError: { _ in })
        engine = FullableEngine(SQLiteEngine(database: file))
        datastore = try await Datastore(engine: engine, metrics: NOOPMetricsHandler.instance, logger: quiet)
    }

    /// A log as a daemon's start makes it; what is open in another one's memory is not in this one's.
    func log() -> AuditLog {
        let (retention, now, lines) = (retention, now, lines)
        return AuditLog(
            datastore: datastore, retention: { retention.value }, metrics: registry,
            logger: Logger(label: "test") { _ in LineKeeper(lines: lines) }, now: { now.value })
    }

    /// Lets time pass.
    func wait(_ duration: Duration) { now.update { $0 = $0.advanced(by: duration) } }

    private func close() async throws {
        try await file.close()
        try FileManager.default.removeItem(at: folder)
    }
}

/// An engine whose writes fail when told, as on a disk that is full.
final class FullableEngine: Engine {
    private let base: any Engine
    let isFull = Shared(false)

    init(_ base: any Engine) { self.base = base }

    func read<T: Sendable>(_ body: @escaping @Sendable (any EngineSnapshot) throws -> T) async throws -> T {
        try await base.read(body)
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (any EngineTransaction) throws -> T) async throws -> T {
        if isFull.value { throw DatastoreError(.resourceExhausted, "the disk is full") }
        return try await base.write(body)
    }
}

/// A value behind a lock.
final class Shared<Value: Sendable>: Sendable {
    private let storage: Mutex<Value>

    init(_ value: Value) { storage = Mutex(value) }

    var value: Value { storage.withLock { $0 } }

    func update(_ body: (inout Value) -> Void) {
        storage.withLock { value in
            var copy = value
            body(&copy)
            value = copy
        }
    }
}

/// What was logged.
typealias Lines = Shared<[String]>

extension Lines {
    convenience init() { self.init([]) }
}

/// Keeps level, message and metadata of each event.
private struct LineKeeper: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let values = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        lines.update { $0.append("\(event.level) \(event.message) \(values.joined(separator: " "))") }
    }
}

extension AuditAction {
    /// A change that somebody asked for.
    static func test(
        _ method: String = "purge", resource: String = "purge",
        by principal: AuditPrincipal = .init("user:root", uid: 0)
    ) -> AuditAction {
        AuditAction(
            principal: principal, peer: "unix:/x/admin.sock", method: method, resource: resource,
            parameters: ["dryRun": "true"], requestID: "r1")
    }
}

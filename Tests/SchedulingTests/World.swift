import CoreMetrics
import Database
import Datastore
import Foundation
import Instruments
import Logging
import SQLiteEngine
import ServiceLifecycle
import Settings
import Synchronization
import TestSupport
import Testing

@testable import Scheduling

/// A datastore in a folder of its own, a clock and a caller; schedulers come and go in it as daemons do.
final class World: Sendable {
    let clock: TestClock
    let caller = TestCaller()
    let publisher = TestPublisher()
    let engine: TestEngine
    let datastore: Datastore
    let registry = MetricRegistry()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let folder: URL
    private let file: DatabaseFile

    /// Opens a world, does the body in it, and clears it away.
    static func with(_ time: String, _ body: (World) async throws -> Void) async throws {
        let world = try await World(time)
        do {
            try await body(world)
        } catch {
            try await world.close()
            throw error
        }
        try await world.close()
    }

    private init(_ time: String) async throws {
        clock = TestClock(time)
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("scheduling-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let configuration = DatabaseConfiguration(
            path: folder.appendingPathComponent("state.db").path, applicationID: 1, synchronous: .normal,
            migrations: SQLiteEngine.migrations, name: "state")
        file = try DatabaseFile.open(configuration, metrics: NOOPMetricsHandler.instance, logger: logger) { _ in }
        engine = TestEngine(SQLiteEngine(database: file))
        datastore = try await Datastore(
            engine: engine, indexes: Scheduler.indexes, metrics: NOOPMetricsHandler.instance, logger: logger)
    }

    private func close() async throws {
        try await file.close()
        try FileManager.default.removeItem(at: folder)
    }

    func scheduler(
        retention: Duration = .seconds(30 * 86_400), timing: SchedulerTiming? = nil
    ) -> Scheduler {
        Scheduler(
            datastore: datastore, caller: caller, publisher: publisher, clock: clock,
            settings: SchedulerSettings(runRetention: retention),
            timing: timing
                ?? SchedulerTiming(lateness: .seconds(60), longestSleep: .seconds(3_000_000_000)),
            metrics: registry, logger: logger)
    }

    /// Runs a scheduler beside the body, and stops it as the daemon does.
    func running(_ scheduler: Scheduler, _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(configuration: .init(services: [.init(service: scheduler)], logger: logger))
        let service = Task { try await group.run() }
        #expect(await eventually { scheduler.isAlive })
        do {
            try await body()
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await service.value
    }

    /// Sets the clock and waits until the scheduler has looked at it.
    func turn(_ scheduler: Scheduler, to time: String) async {
        clock.set(time)
        let uptime = clock.uptime
        scheduler.doorbell.ring()
        #expect(await eventually { scheduler.state.withLock { $0.lastTurn ?? .zero } >= uptime })
        await scheduler.lock.withLock {}
    }

    /// Runs a job by hand, once a run whose outcome is in the ledger has made room for it, which is a moment later.
    func runNow(_ scheduler: Scheduler, _ name: String) async throws -> JobRun {
        var run: JobRun?
        try await eventually("no run of \(name) is under way") {
            do {
                run = try await scheduler.runNow(name)
                return true
            } catch let error as SchedulingError where error.code == .alreadyRunning {
                return false
            }
        }
        return try #require(run)
    }

    /// The ledger, oldest first, a line a record: `TIME OUTCOME`.
    func ledger(_ job: String? = nil) async throws -> [String] {
        try await RunLedger(datastore: datastore).page(job: job, outcome: nil, since: nil, limit: 1000, token: nil)
            .runs.reversed().map(Self.line)
    }

    /// Waits until the ledger has these lines.
    func expectLedger(
        _ lines: [String], _ job: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        _ = try await eventually { try await ledger(job) == lines }
        let seen = try await ledger(job)
        #expect(seen == lines, sourceLocation: sourceLocation)
    }

    static func line(_ run: JobRun) -> String {
        switch run.kind {
        case .manual: "manual \(run.outcome)"
        case .scheduled: "\(run.scheduledTime.map { CivilTime($0).text } ?? "?") \(run.outcome)"
        case .missed(let range):
            "\(CivilTime(range.from).text) to \(CivilTime(range.to).text) \(run.outcome) \(range.count)"
        }
    }
}

/// A job that calls nobody in truth.
func job(_ schedule: String = "* * * * *", name: String = "tick") throws -> Job {
    Job(
        name: name, schedule: try CronSchedule(parsing: schedule),
        target: .http(HTTPTarget(uri: "http://127.0.0.1:8082/api/v1/purge", method: "GET")))
}

extension Job {
    /// Changes the target.
    mutating func http(_ body: (inout HTTPTarget) -> Void) {
        guard case .http(var http) = target else { return }
        body(&http)
        target = .http(http)
    }
}

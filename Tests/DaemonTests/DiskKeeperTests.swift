import CoreMetrics
import Database
import Foundation
import Instruments
import Logging
import SQLiteEngine
import TestSupport
import Testing

@testable import Daemon

@Suite struct DiskKeeperTests {
    @Test("A look makes the reserve, and shows it in the metrics")
    func reserve() async throws {
        try await Self.withKeeper { keeper, folder, registry in
            await keeper.look()
            let size = try FileManager.default.attributesOfItem(atPath: folder + "/reserve")[.size] as? Int
            #expect(size == 1 << 20)
            let exposition = String(decoding: registry.exposition(), as: UTF8.self)
            #expect(exposition.contains("trivet_disk_reserve_bytes 1048576\n"))
            // One that was deleted to free its room is made again.
            try FileManager.default.removeItem(atPath: folder + "/reserve")
            let isMade = await eventually {
                await keeper.look()
                return FileManager.default.fileExists(atPath: folder + "/reserve")
            }
            #expect(isMade)
        }
    }

    private static func withKeeper(
        _ body: (DiskKeeper, String, MetricRegistry) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "trivet-keeper-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let disk = DiskSpace(directory: folder, limits: DiskLimits(reserve: 1 << 20, minFree: 0))
        let file = try DatabaseFile.open(
            DatabaseConfiguration(
                path: folder + "/state.db", applicationID: 1, synchronous: .normal, migrations: SQLiteEngine.migrations,
                name: "state", incrementalVacuum: true, disk: disk),
            metrics: NOOPMetricsHandler.instance, logger: logger, onFatalError: { _ in })
        let registry = MetricRegistry()
        let keeper = DiskKeeper(
            disks: [disk], state: file, telemetry: { file }, metrics: registry, logger: logger)
        try await body(keeper, folder, registry)
        try await file.close()
    }
}

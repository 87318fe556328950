import CoreMetrics
import Database
import Foundation
import GRDB
import Logging
import RequestLog
import Settings
import Synchronization
import Testing

/// A request log in a folder of its own, with a clock that the test moves.
final class TestLog: Sendable {
    static let start: Int64 = 1_800_000_000_000_000

    let folder: String
    let clock: TestClock
    let log: RequestLog

    init(
        folder: String? = nil, settings: RequestLogSettings = RequestLogSettings(), capacity: Int = 32_768,
        capacityInBytes: Int = 32 << 20, clock: TestClock = TestClock(),
        metrics: any MetricsFactory = NOOPMetricsHandler.instance,
        maxPages: Int? = nil, reopens: Bool = false, disk: DiskSpace? = nil
    ) throws {
        let folder = folder ?? NSTemporaryDirectory() + "trivet-request-log-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.folder = folder
        self.clock = clock
        var configuration = TestLog.configuration(folder, maxPages: maxPages)
        configuration.disk = disk
        configuration.whenDiskIsLow = .reuse
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let database = try DatabaseFile.open(
            configuration, metrics: NOOPMetricsHandler.instance, logger: logger, onFatalError: { _ in })
        let reopen: RequestLog.Reopen = { [configuration] error in
            try DatabaseFile.reopen(
                configuration, after: error, metrics: NOOPMetricsHandler.instance, logger: logger,
                onFatalError: { _ in }
            ).file
        }
        log = RequestLog(
            database: database, settings: settings, metrics: metrics, logger: logger, capacity: capacity,
            capacityInBytes: capacityInBytes, now: { clock.now }, reopen: reopens ? reopen : nil)
    }

    /// Removes the folder.
    func remove() async throws {
        try await log.database.close()
        try FileManager.default.removeItem(atPath: folder)
    }

    static func configuration(_ folder: String, maxPages: Int? = nil) -> DatabaseConfiguration {
        DatabaseConfiguration(
            path: folder + "/telemetry.db", applicationID: 0x5452_5654, synchronous: .normal,
            migrations: RequestLog.migrations, name: "telemetry", incrementalVacuum: true, overwritesDeleted: false,
            busyTimeout: .milliseconds(100),
            prepare: { database in
                if let maxPages { try database.execute(sql: "PRAGMA max_page_count = \(maxPages)") }
            })
    }

    /// A record whose texts tell its number.
    static func record(
        _ number: Int, at time: Int64 = TestLog.start, service: String = "hello-world-service", status: Int = 200,
        method: String = "POST", route: String = "/api/v1/hello", error: String? = nil
    ) -> RequestRecord {
        RequestRecord(
            timestamp: time + Int64(number), service: service, method: method, url: "/api/v1/hello?n=\(number)",
            requestSize: 10 + number, status: status, responseSize: 20 + number, userAgent: "curl/7.88.1",
            remoteIP: "127.0.0.1", latency: .microseconds(100 + number), route: route,
            requestID: "00112233445566778899aabbccddeeff", error: error)
    }

    /// All records, oldest first, page by page.
    func all(_ query: RequestLogQuery = RequestLogQuery(), page: Int = 1_000) async throws -> [StoredRecord] {
        var query = query
        query.order = .oldestFirst
        query.limit = page
        var records: [StoredRecord] = []
        repeat {
            let page = try await log.read(query)
            records += page.records
            query.pageToken = page.nextPageToken
        } while query.pageToken != nil
        return records
    }

    /// The counters of all runs as the file has them: served, stored, sampled out, dropped.
    func countersInFile() async throws -> [[Int]] {
        try await log.database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT served, stored, sampled_out, dropped_buffer_full + dropped_write_failed + dropped_shutdown
                    FROM request_boot ORDER BY number
                    """
            ).map { row in (0..<4).map { row[$0] } }
        }
    }
}

/// A clock that stands still unless it is moved.
final class TestClock: Sendable {
    private let time = Mutex(TestLog.start)

    var now: Int64 { time.withLock { $0 } }

    func advance(_ duration: Duration) {
        time.withLock {
            $0 += duration.components.seconds * 1_000_000 + duration.components.attoseconds / 1_000_000_000_000
        }
    }
}

extension RequestLogCounters {
    var isConserved: Bool { served == stored + sampledOut + droppedInAll + buffered }
}

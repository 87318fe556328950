import Foundation
import GRDB
import Settings
import Synchronization
import TestSupport
import Testing

@testable import Database
@testable import RequestLog

@Suite("Retention of the request log")
struct RequestLogRetentionTests {
    private static func retain(_ test: TestLog) async throws {
        var steps = 0
        while await !test.log.retain(steps: 8, at: test.clock.now) {
            steps += 1
            try #require(steps < 1_000)
        }
    }

    @Test("Records that are too old go, younger ones stay, and nothing is left of the old")
    func age() async throws {
        let test = try TestLog(settings: RequestLogSettings(retention: .seconds(8 * 3_600)))
        for hour in 0..<24 {
            for number in 0..<100 { test.log.record(TestLog.record(number, at: test.clock.now)) }
            try await test.log.flush()
            if hour < 23 { test.clock.advance(.seconds(3_600)) }
        }
        try await RequestLogRetentionTests.retain(test)
        let oldest = try #require(try await test.all().first?.record.timestamp)
        let age = test.clock.now - oldest
        let hour: Int64 = 3_600 * 1_000_000
        #expect(age >= 7 * hour && age <= 9 * hour)
        let left = try await test.log.database.read { database in
            try ["request_shape", "request_text"].map { table in
                try Int.fetchOne(
                    database,
                    sql: "SELECT count(*) FROM \(table) WHERE segment NOT IN (SELECT first_id FROM request_segment)")
            }
        }
        #expect(left == [0, 0])
        // When all is old, all goes, and the log goes on.
        test.clock.advance(.seconds(48 * 3_600))
        try await RequestLogRetentionTests.retain(test)
        #expect(try await test.all().isEmpty)
        test.log.record(TestLog.record(7, at: test.clock.now))
        try await test.log.flush()
        #expect(try await test.all().map(\.record) == [TestLog.record(7, at: test.clock.now)])
        try await test.remove()
    }

    @Test("A log beyond its size loses the oldest, and the file shrinks")
    func size() async throws {
        let limit = 2 << 20
        let test = try TestLog(settings: RequestLogSettings(maxSize: limit))
        for number in 0..<60_000 {
            test.log.record(TestLog.record(number))
            if number % 5_000 == 4_999 { try await test.log.flush() }
        }
        _ = try await test.log.database.checkpoint()
        #expect(test.log.database.statistics.fileBytes > 2 * limit)
        let before = try await test.all().map(\.insertID)
        try await RequestLogRetentionTests.retain(test)
        _ = try await test.log.database.checkpoint()
        #expect(test.log.database.statistics.fileBytes <= limit)
        let after = try await test.all().map(\.insertID)
        #expect(after.count > 10_000)
        #expect(after == Array(before.suffix(after.count)))
        // The law is about what was served, not about what is still there.
        #expect(try await test.countersInFile() == [[60_000, 60_000, 0, 0]])
        try await test.remove()
    }

    @Test("On a disk that is nearly full the log does not grow: its oldest records make room for the newest")
    func lowDisk() async throws {
        let free = Mutex(1 << 30)
        let disk = DiskSpace(directory: "/nowhere", limits: DiskLimits(reserve: 0, minFree: 1 << 20)) { _ in
            DiskSpace.Room(free: free.withLock { $0 }, total: 1 << 30)
        }
        let test = try TestLog(disk: disk)
        for number in 0..<60_000 {
            test.log.record(TestLog.record(number))
            if number % 5_000 == 4_999 { try await test.log.flush() }
        }
        free.withLock { $0 = 0 }
        try await eventually("the disk is low") { disk.isLow }
        let pages = try await test.log.database.pageCounts().all
        let oldest = try #require(try await test.all().first?.insertID)
        var number = 60_000
        for _ in 0..<20 {
            for _ in 0..<2_000 {
                test.log.record(TestLog.record(number))
                number += 1
            }
            try? await test.log.flush()
            try await RequestLogRetentionTests.retain(test)
        }
        #expect(try await test.log.database.pageCounts().all <= pages)
        let records = try await test.all()
        #expect(try #require(records.first).insertID > oldest)
        #expect(records.last?.record == TestLog.record(number - 1))
        #expect(test.log.counters.isConserved)
        #expect(test.log.counters.stored > 60_000)
        // With room again it grows as before.
        free.withLock { $0 = 1 << 30 }
        try await eventually("the disk has room") { !disk.isLow }
        while try await test.log.database.pageCounts().all <= pages {
            for _ in 0..<5_000 {
                test.log.record(TestLog.record(number))
                number += 1
            }
            try await test.log.flush()
        }
        try await test.remove()
    }

    @Test("The running log deletes by itself and stays near its size")
    func byItself() async throws {
        let limit = 2 << 20
        let test = try TestLog(
            settings: RequestLogSettings(maxSize: limit, flushInterval: .milliseconds(2)))
        let running = Task { try await test.log.run() }
        for round in 0..<20 {
            for number in 0..<4_000 { test.log.record(TestLog.record(number)) }
            try await eventually("they are stored") { test.log.counters.stored == (round + 1) * 4_000 }
            test.clock.advance(.seconds(61))
        }
        try await eventually("the file is small") { test.log.database.statistics.fileBytes < limit + limit / 2 }
        running.cancel()
        try await running.value
        try await test.remove()
    }
}

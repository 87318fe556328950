import Database
import Foundation
import GRDB
import RequestLog
import Testing

@Suite("A request log whose file fails")
struct RequestLogFaultTests {
    @Test("A full file drops the batch and counts it; the next batch tells where; the law holds")
    func full() async throws {
        let test = try TestLog(maxPages: 60)
        let follower = test.log.follow(after: nil)
        test.log.record(TestLog.record(1))
        try await test.log.flush()
        for number in 0..<2_000 {
            test.log.record(TestLog.record(number, error: String(repeating: "\(number)", count: 50)))
        }
        let error = await #expect(throws: RequestLogError.self) { try await test.log.flush() }
        #expect(error?.code == .unavailable)
        #expect(test.log.status.failure != nil)
        #expect(test.log.counters.dropped == [.writeFailed: 2_000])
        test.log.record(TestLog.record(2))
        try await test.log.flush()
        #expect(test.log.status.failure == nil)
        #expect(test.log.counters.isConserved)
        #expect(try await test.countersInFile() == [[2_002, 2, 0, 2_000]])
        var iterator = follower.makeAsyncIterator()
        var events: [FollowEvent] = []
        while events.count < 3, let event = try await iterator.next() { events.append(event) }
        let stored = try await test.all()
        let expected: [FollowEvent] = [
            .record(stored[0]), .gap(dropped: 2_000, after: stored[0].insertID), .record(stored[1]),
        ]
        #expect(events == expected)
        try await test.remove()
    }

    @Test("A file that is damaged while the log runs is set aside; the log goes on in a new one, its ids rising")
    func damaged() async throws {
        let test = try TestLog(reopens: true)
        for number in 0..<5_000 { test.log.record(TestLog.record(number)) }
        try await test.log.flush()
        let newest = try #require(try await test.all().last?.insertID)
        _ = try await test.log.database.checkpoint()
        let root = try await test.log.database.read {
            try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'request_boot'") ?? 0
        }
        let path = test.log.database.configuration.path
        // Closed and opened again, so that nothing stands in a cache.
        try await test.log.database.close()
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try handle.seek(toOffset: UInt64((root - 1) * 4_096))
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 4_096))
        try handle.close()
        let broken = try TestLog(folder: test.folder, reopens: true)
        broken.log.record(TestLog.record(1))
        await #expect(throws: RequestLogError.self) { try await broken.log.flush() }
        #expect(broken.log.counters.dropped == [.writeFailed: 1])
        broken.clock.advance(.seconds(11))
        broken.log.record(TestLog.record(2))
        try await broken.log.flush()
        #expect(broken.log.status.failure == nil)
        #expect(broken.log.counters.isConserved)
        let stored = try await broken.all()
        #expect(stored.map(\.record) == [TestLog.record(2)])
        #expect(try #require(stored.first?.insertID) != newest)
        #expect(try await broken.countersInFile() == [[2, 1, 0, 1]])
        let aside = try FileManager.default.contentsOfDirectory(atPath: test.folder).filter { $0.contains(".broken-") }
        #expect(!aside.isEmpty)
        try await broken.remove()
    }

    @Test("A file that fails for good costs records and nothing else")
    func forGood() async throws {
        let test = try TestLog()
        try await test.log.database.close()
        for round in 1...5 {
            for number in 0..<10 { test.log.record(TestLog.record(number)) }
            await #expect(throws: RequestLogError.self) { try await test.log.flush() }
            #expect(test.log.counters.dropped == [.writeFailed: round * 10])
            #expect(test.log.counters.isConserved)
        }
        try await test.remove()
    }
}

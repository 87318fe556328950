import Database
import Foundation
import GRDB
import RequestLog
import ServiceLifecycle
import Settings
import TestSupport
import Testing

@Suite("RequestLog")
struct RequestLogTests {
    @Test("A record comes back exactly as it was, whatever its texts are")
    func roundTrip() async throws {
        let test = try TestLog()
        var records = [
            RequestRecord(
                timestamp: TestLog.start, severity: .error, service: "s", method: "GET", url: "/", status: 200,
                latency: .zero, route: "/", requestID: ""),
            RequestRecord(
                timestamp: -5, service: "message-board-service", method: "PÖST", url: "/a\0b?\u{1F600}",
                requestSize: .max,
                status: 599, responseSize: 7, userAgent: "", remoteIP: "::1", referer: "https://example.com/",
                latency: .seconds(3_600), protocol: "HTTP/1.0", trace: "0af7651916cd43dd8448eb211c80319c",
                spanID: "b7ad6b7169203331", route: "/x/{rest+}", principal: "a@b", requestID: "req-1",
                error: "e\0\u{301}"),
        ]
        // The same character, composed and not: different bytes, so different texts.
        for name in ["\u{E9}", "e\u{301}", "\u{E9}", "e\u{301}", "0AF7651916CD43DD8448EB211C80319C"] {
            records.append(
                RequestRecord(
                    timestamp: 1, service: name, method: name, url: "/path/\(name)", status: 200,
                    userAgent: "agent \(name)",
                    latency: .microseconds(1), trace: name, route: name, requestID: name))
        }
        for record in records { test.log.record(record) }
        try await test.log.flush()
        let stored = try await test.all()
        for (left, right) in zip(stored, records) { #expect(Bytes(left.record) == Bytes(right)) }
        let sequences = Array(1...Int64(records.count))
        #expect(stored.map(\.insertID.sequence) == sequences)
        try await test.remove()
    }

    @Test("Texts beyond 2,048 bytes are cut at a character, and end in an ellipsis")
    func longTexts() async throws {
        let test = try TestLog()
        for character in ["x", "\u{E9}", "\u{1F600}"] {
            var record = TestLog.record(1)
            record.url = String(repeating: character, count: 5_000)
            record.requestID = record.url
            test.log.record(record)
        }
        try await test.log.flush()
        for stored in try await test.all() {
            for text in [stored.record.url, stored.record.requestID] {
                #expect((2_040...2_048).contains(text.utf8.count))
                #expect(text.hasSuffix("…") && !text.contains("\u{FFFD}"))
            }
        }
        try await test.remove()
    }

    @Test("A question of the caller's own joins the query's, on every page and from either end")
    func ownQuestion() async throws {
        let test = try TestLog()
        for number in 0..<100 { test.log.record(TestLog.record(number)) }
        try await test.log.flush()
        for order in [RequestLogQuery.Order.oldestFirst, .newestFirst] {
            var query = RequestLogQuery()
            query.order = order
            query.limit = 7
            var found: [Int64] = []
            repeat {
                let page = try await test.log.read(query) { $0.insertID.sequence.isMultiple(of: 3) }
                found += page.records.map(\.insertID.sequence)
                #expect(page.records.count <= 7)
                query.pageToken = page.nextPageToken
            } while query.pageToken != nil
            let wanted = Array(stride(from: Int64(3), through: 99, by: 3))
            #expect(found == (order == .oldestFirst ? wanted : wanted.reversed()))
        }
        try await test.remove()
    }

    @Test("After a graceful stop everything is in the file and the counters add up exactly")
    func gracefulStop() async throws {
        let test = try TestLog(settings: RequestLogSettings(flushInterval: .milliseconds(5), sample: 0.75))
        let group = ServiceGroup(services: [test.log], logger: test.log.quietLogger)
        let running = Task { try await group.run() }
        await withTaskGroup(of: Void.self) { tasks in
            for task in 0..<8 {
                tasks.addTask { for number in 0..<2_500 { test.log.record(TestLog.record(task * 2_500 + number)) } }
            }
        }
        await group.triggerGracefulShutdown()
        try await running.value
        let counters = test.log.counters
        #expect(counters.served == 20_000 && counters.sampledOut == 5_000 && counters.stored == 15_000)
        #expect(counters.isConserved && counters.buffered == 0)
        #expect(try await test.countersInFile() == [[20_000, 15_000, 5_000, 0]])
        #expect(try await test.all().count == 15_000)
        // Later ones are counted as what they are.
        test.log.record(TestLog.record(1))
        #expect(test.log.counters.dropped == [.shutdown: 1])
        #expect(test.log.counters.isConserved)
        try await test.remove()
    }

    @Test("A cancelled run writes what waits, too")
    func cancelled() async throws {
        let test = try TestLog()
        let running = Task { try await test.log.run() }
        test.log.record(TestLog.record(1))
        running.cancel()
        try await running.value
        #expect(try await test.all().count == 1)
        try await test.remove()
    }

    @Test("A full batch does not wait for the interval")
    func earlyFlush() async throws {
        let test = try TestLog(settings: RequestLogSettings(flushInterval: .seconds(3_600)))
        let running = Task { try await test.log.run() }
        for number in 0..<4_096 { test.log.record(TestLog.record(number)) }
        try await eventually("they are stored") { test.log.counters.stored == 4_096 }
        running.cancel()
        try await running.value
        try await test.remove()
    }

    @Test("Sampled-out requests reach the counters in the file without any record")
    func sampledOut() async throws {
        let test = try TestLog(settings: RequestLogSettings(sample: 0))
        for number in 0..<10 { test.log.record(TestLog.record(number)) }
        try await test.log.flush()
        #expect(try await test.countersInFile() == [[10, 0, 10, 0]])
        try await test.remove()
    }

    @Test("A full buffer drops and counts, and the file knows how many and where", arguments: [true, false])
    func bufferFull(byRecords: Bool) async throws {
        let test = try byRecords ? TestLog(capacity: 10) : TestLog(capacityInBytes: 4_600)
        for number in 0..<25 { test.log.record(TestLog.record(number)) }
        let counters = test.log.counters
        #expect(counters.isConserved)
        #expect(counters.buffered == 10 && counters.dropped == [.bufferFull: 15])
        try await test.log.flush()
        test.log.record(TestLog.record(25))
        try await test.log.flush()
        #expect(try await test.countersInFile() == [[26, 11, 0, 15]])
        let sequences: [Int64] = Array(1...10) + [26]
        #expect(try await test.all().map(\.insertID.sequence) == sequences)
        try await test.remove()
    }

    @Test("Each start has a new number, also in a new file")
    func boots() async throws {
        let first = try TestLog()
        first.log.record(TestLog.record(1))
        try await first.log.flush()
        try await first.log.database.close()
        let second = try TestLog(folder: first.folder)
        second.log.record(TestLog.record(2))
        try await second.log.flush()
        let stored = try await second.all()
        #expect(stored.count == 2)
        #expect(stored[1].insertID.boot == stored[0].insertID.boot + 1)
        #expect(stored.map(\.insertID.sequence) == [1, 1])
        #expect(try await second.countersInFile() == [[1, 1, 0, 0], [1, 1, 0, 0]])
        try await second.log.database.close()
        // The file is lost: the ids go on rising, so that whoever resumes after an old one finds the new ones.
        try FileManager.default.removeItem(atPath: second.folder + "/telemetry.db")
        let clock = TestClock()
        clock.advance(.seconds(600))
        let third = try TestLog(folder: first.folder, clock: clock)
        third.log.record(TestLog.record(3))
        try await third.log.flush()
        let newest = try #require(try await third.all().first?.insertID)
        #expect(newest > stored[1].insertID)
        try await third.remove()
    }

    @Test("Records are compact")
    func compactness() async throws {
        let test = try TestLog()
        let count = 50_000
        for number in 0..<count {
            var record = TestLog.record(number)
            record.url = "/api/v1/hello"
            record.requestID = String(format: "%032lx", UInt(number) &* 0x9E37_79B9_7F4A_7C15)
            test.log.record(record)
            if number % 5_000 == 4_999 { try await test.log.flush() }
        }
        _ = try await test.log.database.checkpoint()
        let bytes = Double(test.log.database.statistics.fileBytes) / Double(count)
        print("a request record takes \(bytes) bytes of telemetry.db")
        #expect(bytes < 90)
        try await test.remove()
    }
}

/// A record compared by its bytes, where Swift's strings would compare by what they look like.
struct Bytes: Equatable, CustomStringConvertible {
    let description: String
    private let texts: [[UInt8]?]
    private let numbers: [Int64]

    init(_ record: RequestRecord) {
        description = "\(record)"
        let optional = [
            record.userAgent, record.remoteIP, record.referer, record.trace, record.spanID, record.principal,
            record.error,
        ]
        texts =
            [record.service, record.method, record.url, record.protocol, record.route, record.requestID].map {
                Array($0.utf8)
            }
            + optional.map { text in text.map { Array($0.utf8) } }
        numbers = [
            record.timestamp, Int64(record.requestSize), Int64(record.status), Int64(record.responseSize),
            record.latency.components.seconds, record.latency.components.attoseconds,
        ]
    }

    static func == (left: Bytes, right: Bytes) -> Bool { left.texts == right.texts && left.numbers == right.numbers }
}

import AdminModel
import CoreMetrics
import Datastore
import Foundation
import Health
import Hosting
import Logging
import RequestLog
import Synchronization
import Testing

@testable import AdminAPI

@Suite struct LogTailTests {
    private let health = HealthMonitor(
        checks: [], metrics: NOOPMetricsHandler.instance, logger: Logger(label: "test"))

    private func tail(heartbeat: Duration = .seconds(3_600)) -> LogTail {
        LogTail(
            health: health, now: { Timestamp(microseconds: 0) }, heartbeat: heartbeat, tick: .milliseconds(5))
    }

    private func record(_ sequence: Int64) throws -> FollowEvent {
        let id = try #require(InsertID(boot: 1, sequence: sequence))
        return .record(
            StoredRecord(
                insertID: id,
                record: RequestRecord(
                    timestamp: 0, service: "s", method: "GET", url: "/", status: 200, latency: .zero, route: "/",
                    requestID: "r")))
    }

    private func events(_ bytes: [UInt8]) throws -> [TailEvent] {
        try bytes.split(separator: UInt8(ascii: "\n")).map { line in
            try JSONDecoder().decode(TailEvent.self, from: Data(line))
        }
    }

    @Test("A heartbeat comes first, then records and gaps in their order, and the end of the log ends the answer")
    func order() async throws {
        health.enter(.serving)
        let (stream, feed) = AsyncStream<FollowEvent>.makeStream()
        let after = try #require(InsertID(boot: 1, sequence: 2))
        feed.yield(try record(2))
        feed.yield(.gap(dropped: 3, after: after))
        feed.yield(try record(6))
        feed.finish()
        let written = Written()
        try await tail().write(stream, to: BodyWriter { written.append($0) })
        let events = try events(written.bytes)
        #expect(events.count == 4)
        #expect(events.first?.heartbeat?.time == "1970-01-01T00:00:00.000000Z")
        #expect(events[1].entry?.insertId == "00000001-00000000000002")
        #expect(events[2].gap == TailEvent.Gap(dropped: 3, after: "00000001-00000000000002"))
        #expect(events[3].entry?.insertId == "00000001-00000000000006")
    }

    @Test("Draining ends the answer, so that a tail does not hold up the daemon's end", .timeLimit(.minutes(20)))
    func draining() async throws {
        health.enter(.serving)
        let (stream, feed) = AsyncStream<FollowEvent>.makeStream()
        defer { feed.finish() }
        let written = Written()
        async let answer: Void = tail().write(stream, to: BodyWriter { written.append($0) })
        while written.bytes.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        health.enter(.draining)
        try await answer
    }

    @Test("A client that is gone is noticed by the next heartbeat", .timeLimit(.minutes(20)))
    func goneClient() async throws {
        struct Gone: Error {}
        health.enter(.serving)
        let (stream, feed) = AsyncStream<FollowEvent>.makeStream()
        defer { feed.finish() }
        let written = Written()
        await #expect(throws: Gone.self) {
            try await tail(heartbeat: .milliseconds(10)).write(
                stream,
                to: BodyWriter { bytes in
                    if !written.bytes.isEmpty { throw Gone() }
                    written.append(bytes)
                })
        }
    }

    @Test("Two writers never write at the same time, and in the order in which they came")
    func gate() async throws {
        let inside = Atomic(0)
        let written = Written()
        let gate = LineGate(
            BodyWriter { bytes in
                #expect(inside.add(1, ordering: .relaxed).newValue == 1)
                await Task.yield()
                written.append(bytes)
                inside.subtract(1, ordering: .relaxed)
            })
        try await withThrowingTaskGroup(of: Void.self) { group in
            for byte in 0..<UInt8(100) { group.addTask { try await gate.write([byte]) } }
            try await group.waitForAll()
        }
        #expect(written.bytes.sorted() == Array(0..<100))
    }
}

/// What an answer's body was made of.
private final class Written: Sendable {
    private let storage = Mutex<[UInt8]>([])

    var bytes: [UInt8] { storage.withLock { $0 } }

    func append(_ bytes: [UInt8]) { storage.withLock { $0 += bytes } }
}

import Database
import RequestLog
import Settings
import Testing

@Suite("RequestLogFollower")
struct RequestLogFollowTests {
    private static func next(_ count: Int, _ iterator: inout RequestLogFollower.Iterator) async throws -> [FollowEvent]
    {
        var events: [FollowEvent] = []
        while events.count < count, let event = try await iterator.next() { events.append(event) }
        return events
    }

    private static func sequences(_ events: [FollowEvent]) -> [Int64] {
        events.map { event in
            switch event {
            case .record(let stored): stored.insertID.sequence
            case .gap(let dropped, _): Int64(-dropped)
            }
        }
    }

    @Test("Every record is told once and in order while others write, and the follower ends with the log")
    func whole() async throws {
        let test = try TestLog(settings: RequestLogSettings(flushInterval: .milliseconds(2)))
        let running = Task { try await test.log.run() }
        let followers = (0..<3).map { _ in
            let follower = test.log.follow(after: nil)
            return Task {
                var sequences: [Int64] = []
                for try await event in follower { sequences += RequestLogFollowTests.sequences([event]) }
                return sequences
            }
        }
        for number in 0..<10_000 {
            test.log.record(TestLog.record(number))
            if number % 100 == 0 { try await Task.sleep(for: .microseconds(200)) }
        }
        running.cancel()
        try await running.value
        let expected = Array(Int64(1)...10_000)
        for follower in followers { #expect(try await follower.value == expected) }
        try await test.remove()
    }

    @Test("A follower without a start begins after what is stored already")
    func fromNow() async throws {
        let test = try TestLog()
        test.log.record(TestLog.record(1))
        try await test.log.flush()
        let follower = test.log.follow(after: nil)
        test.log.record(TestLog.record(2))
        try await test.log.flush()
        var iterator = follower.makeAsyncIterator()
        #expect(RequestLogFollowTests.sequences(try await RequestLogFollowTests.next(1, &iterator)) == [2])
        try await test.remove()
    }

    @Test("A follower resumes after any record, also over a restart")
    func resume() async throws {
        let first = try TestLog()
        for number in 0..<2_500 { first.log.record(TestLog.record(number)) }
        try await first.log.flush()
        let all = try await first.all()
        try await first.log.database.close()
        let test = try TestLog(folder: first.folder)
        for number in 2_500..<2_510 { test.log.record(TestLog.record(number)) }
        try await test.log.flush()
        for start in [0, 1, 999, 1_000, 2_498, 2_499] {
            var iterator = test.log.follow(after: all[start].insertID).makeAsyncIterator()
            let events = try await RequestLogFollowTests.next(2_509 - start, &iterator)
            let numbers = events.compactMap { event in
                if case .record(let stored) = event { stored.record.requestSize - 10 } else { nil }
            }
            #expect(numbers == Array(start + 1..<2_510))
        }
        try await test.remove()
    }

    @Test("Where records were dropped there is a gap with their number; sampled-out ones leave none")
    func gaps() async throws {
        let test = try TestLog(settings: RequestLogSettings(sample: 0.5), capacity: 5)
        let start = test.log.follow(after: nil)
        // Ten of twenty are in the sample, five of them find room.
        for number in 0..<20 { test.log.record(TestLog.record(number)) }
        try await test.log.flush()
        for number in 0..<4 { test.log.record(TestLog.record(number)) }
        try await test.log.flush()
        var iterator = start.makeAsyncIterator()
        let events = try await RequestLogFollowTests.next(8, &iterator)
        #expect(RequestLogFollowTests.sequences(events) == [2, 4, 6, 8, 10, -5, 22, 24])
        guard case .record(let before) = events[4], case .gap(5, after: before.insertID) = events[5] else {
            Issue.record("the gap does not stand after the record before it")
            return
        }
        // Resumed after that record, the gap is told again.
        var resumed = test.log.follow(after: before.insertID).makeAsyncIterator()
        #expect(try await RequestLogFollowTests.next(3, &resumed) == Array(events[5...]))
        try await test.remove()
    }

    @Test("A gap at the end is told with the batch that brings it, not only with the next record")
    func gapAtTheEnd() async throws {
        let test = try TestLog(capacity: 1)
        var iterator = test.log.follow(after: nil).makeAsyncIterator()
        for number in 0..<3 { test.log.record(TestLog.record(number)) }
        try await test.log.flush()
        #expect(RequestLogFollowTests.sequences(try await RequestLogFollowTests.next(2, &iterator)) == [1, -2])
        test.log.record(TestLog.record(3))
        try await test.log.flush()
        #expect(RequestLogFollowTests.sequences(try await RequestLogFollowTests.next(1, &iterator)) == [4])
        try await test.remove()
    }

    @Test("A filter leaves records out, and gaps in")
    func filter() async throws {
        let test = try TestLog(capacity: 4)
        var query = RequestLogQuery()
        query.statuses = [.statusClass(5)]
        var iterator = test.log.follow(after: nil, matching: query).makeAsyncIterator()
        for number in 0..<6 { test.log.record(TestLog.record(number, status: number % 2 == 0 ? 200 : 500)) }
        try await test.log.flush()
        #expect(RequestLogFollowTests.sequences(try await RequestLogFollowTests.next(3, &iterator)) == [2, 4, -2])
        try await test.remove()
    }

    @Test("A cancelled follower ends")
    func cancellation() async throws {
        let test = try TestLog()
        let follower = Task {
            var iterator = test.log.follow(after: nil).makeAsyncIterator()
            return try await iterator.next()
        }
        try await Task.sleep(for: .milliseconds(20))
        follower.cancel()
        #expect(try await follower.value == nil)
        try await test.remove()
    }
}

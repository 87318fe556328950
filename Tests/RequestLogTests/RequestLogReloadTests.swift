import Settings
import Testing

@testable import RequestLog

@Suite("Settings of the request log that change while it runs")
struct RequestLogReloadTests {
    @Test("a sample counts from the next record on, and every request stays accounted for")
    func sample() async throws {
        let test = try TestLog()
        for number in 0..<10 { test.log.record(TestLog.record(number)) }
        test.log.apply(RequestLogSettings(sample: 0))
        for number in 10..<20 { test.log.record(TestLog.record(number)) }
        test.log.apply(RequestLogSettings(sample: 0.5))
        for number in 20..<30 { test.log.record(TestLog.record(number)) }
        try await test.log.flush()
        #expect(try await test.all().count == 15)
        #expect(test.log.counters.sampledOut == 15)
        #expect(test.log.counters.isConserved)
        try await test.remove()
    }

    @Test("a shorter retention deletes what is older, and makes the segments that follow shorter")
    func retention() async throws {
        let test = try TestLog(settings: RequestLogSettings(retention: .seconds(24 * 3_600)))
        for minute in 0..<120 {
            if minute == 60 { test.log.apply(RequestLogSettings(retention: .seconds(1_800))) }
            test.log.record(TestLog.record(minute, at: test.clock.now))
            try await test.log.flush()
            test.clock.advance(.seconds(60))
        }
        while await !test.log.retain(steps: 8, at: test.clock.now) {}
        let oldest = try #require(try await test.all().first?.record.timestamp)
        let age = (test.clock.now - oldest) / 60_000_000
        #expect((29...36).contains(age), "\(age) minutes")
        try await test.remove()
    }
}

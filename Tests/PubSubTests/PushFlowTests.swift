import Testing

@testable import PubSub

@Suite struct PushFlowTests {
    @Test("An endpoint that answers gets twice as much each round, up to the most")
    func slowStart() {
        var flow = PushFlow(maximum: 20)
        var limits: [Int] = []
        for _ in 0..<5 {
            let room = flow.room(now: .zero)
            flow.sent(room)
            #expect(flow.room(now: .zero) == 0)
            for _ in 0..<room { flow.succeeded() }
            limits.append(flow.limit)
        }
        #expect(limits == [6, 12, 20, 20, 20])
        #expect(flow.outstanding == 0)
    }

    @Test("An endpoint that fails gets one at a time, with pauses from 100 ms to 60 s between")
    func backOff() {
        var flow = PushFlow(maximum: 1000)
        var now = Duration.zero
        var pauses: [Duration] = []
        for _ in 0..<12 {
            flow.sent(flow.room(now: now))
            while flow.outstanding > 0 { flow.failed(now: now, pauses: true) }
            let resumeAt = flow.resumeAt ?? .zero
            pauses.append(resumeAt - now)
            #expect(flow.room(now: now) == 0)
            now = resumeAt
            #expect(flow.room(now: now) == 1)
        }
        #expect(
            pauses
                == [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000].map {
                    .milliseconds($0)
                })
        flow.sent(1)
        flow.succeeded()
        #expect(flow.resumeAt == nil)
        #expect(flow.room(now: now) == 2)
    }

    @Test("Those that were out together and fail together are one round")
    func oneRound() {
        var flow = PushFlow(maximum: 1000)
        for _ in 0..<100 {
            flow.sent(1)
            flow.succeeded()
        }
        flow.sent(100)
        for _ in 0..<100 { flow.failed(now: .seconds(1), pauses: true) }
        #expect(flow.failedRounds == 1)
        #expect(flow.limit == 1)
        #expect(flow.resumeAt == .milliseconds(1100))
    }

    @Test("With a retry policy the endpoint is not paused, only narrowed")
    func withPolicy() {
        var flow = PushFlow(maximum: 1000)
        flow.sent(3)
        for _ in 0..<3 { flow.failed(now: .zero, pauses: false) }
        #expect(flow.resumeAt == nil)
        #expect(flow.room(now: .zero) == 1)
    }

    @Test("Backoff doubles from the least to the most and never overflows")
    func backoff() {
        let backoff = Backoff(least: .seconds(10), most: .seconds(600))
        let delays = (0...8).map { backoff.delay(after: $0) }
        #expect(delays == [0, 10, 20, 40, 80, 160, 320, 600, 600].map { .seconds($0) })
        #expect(backoff.delay(after: .max) == .seconds(600))
        #expect(Backoff(least: .zero, most: .seconds(600)).delay(after: 5) == .zero)
    }
}

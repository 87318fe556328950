import Datastore
import Testing

@testable import Scheduling

@Suite("JobQueue")
struct JobQueueTests {
    private let first = Timestamp(microseconds: 60_000_000)
    private let second = Timestamp(microseconds: 120_000_000)

    @Test("One runs, one waits, the next is skipped")
    func order() {
        var queue = JobQueue()
        #expect(queue.arrival == .start)
        queue.arrive(first)
        #expect(queue.arrival == .wait)
        queue.arrive(second)
        #expect(queue.arrival == .skip(behind: second))
        queue.arrive(Timestamp(microseconds: 180_000_000))
        #expect(queue.waiting == second)
        #expect(queue.finish() == second)
        #expect(queue.isRunning)
        #expect(queue.arrival == .wait)
        #expect(queue.finish() == nil)
        #expect(queue.arrival == .start)
    }

    @Test("A run by hand holds the schedule's instant back")
    func manual() {
        var queue = JobQueue()
        queue.startManual()
        queue.arrive(first)
        #expect(queue.waiting == first)
        #expect(queue.finish() == first)
    }

    @Test("What waits can be taken out")
    func dropped() {
        var queue = JobQueue()
        queue.arrive(first)
        queue.arrive(second)
        #expect(queue.dropWaiting() == second)
        #expect(queue.dropWaiting() == nil)
        #expect(queue.finish() == nil)
        #expect(!queue.isRunning)
    }
}

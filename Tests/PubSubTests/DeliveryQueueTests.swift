import Testing

@testable import PubSub

@Suite struct DeliveryQueueTests {
    private func queue(_ sequences: Int64..., key: String? = nil) -> DeliveryQueue {
        var queue = DeliveryQueue(capacity: 100, firstLease: 0)
        for sequence in sequences { queue.insert(StoredDelivery(sequence: sequence, orderingKey: key)) }
        return queue
    }

    private let none: (Int) -> Duration = { _ in .zero }

    @Test("What is ready goes out in the order of its numbers, and once")
    func order() {
        var queue = queue(3, 1, 2)
        #expect(queue.take(2, until: nil).map(\.sequence) == [1, 2])
        #expect(queue.take(2, until: nil).map(\.sequence) == [3])
        #expect(queue.take(2, until: nil).isEmpty)
        #expect(!queue.hasReady)
        queue.insert(StoredDelivery(sequence: 1))
        #expect(queue.take(1, until: nil).isEmpty, "it is in memory already")
    }

    @Test("A lease that ends counts as a failure, and the delivery waits by its failures")
    func expiry() {
        var queue = queue(1)
        let delay: (Int) -> Duration = { .seconds(10 * $0) }
        _ = queue.take(1, until: .seconds(5))
        #expect(queue.wake() == .seconds(5))
        #expect(queue.expire(now: .seconds(4), delay: delay).isEmpty)
        #expect(queue.expire(now: .seconds(5), delay: delay).map(\.failures) == [1])
        #expect(queue.wake() == .seconds(15))
        #expect(!queue.hasReady)
        #expect(queue.expire(now: .seconds(15), delay: delay).isEmpty)
        let again = queue.take(1, until: .seconds(20))
        #expect(again.map(\.attempt) == [2])
        #expect(queue.expire(now: .seconds(20), delay: delay).map(\.failures) == [2])
        #expect(queue.wake() == .seconds(40))
    }

    @Test("An extended lease ends later, and only its holder may extend it")
    func extend() throws {
        var queue = queue(1)
        let taken = try #require(queue.take(1, until: .seconds(5)).first)
        #expect(queue.extend(1, lease: taken.lease + 1, until: .seconds(9)) == false)
        #expect(queue.extend(1, lease: taken.lease, until: .seconds(9)) == true)
        #expect(queue.expire(now: .seconds(5), delay: none).isEmpty)
        #expect(queue.expire(now: .seconds(9), delay: none).count == 1)
        #expect(queue.extend(1, lease: taken.lease, until: .seconds(99)) == false, "it is over")
    }

    @Test("An acknowledgement counts after the lease's end, but not when the message was sent again")
    func lateAcknowledgement() throws {
        var queue = queue(1, 2)
        let first = queue.take(2, until: .seconds(5))
        _ = queue.expire(now: .seconds(5), delay: none)
        #expect(queue.beginSettling(1, lease: first[0].lease) == true)
        #expect(queue.beginSettling(1, lease: first[0].lease) == false, "once")
        let second = try #require(queue.take(1, until: .seconds(9)).first)
        #expect(second.sequence == 2)
        #expect(queue.beginSettling(2, lease: first[1].lease) == false, "it is another's now")
        #expect(queue.fail(2, lease: first[1].lease, now: .zero, delay: none) == nil)
        #expect(queue.beginSettling(2, lease: second.lease) == true)
    }

    @Test("While its end is being stored, a delivery is not sent again, and afterwards it is gone")
    func settling() throws {
        var queue = queue(1)
        let taken = try #require(queue.take(1, until: .seconds(5)).first)
        #expect(queue.beginSettling(1, lease: taken.lease) == true)
        #expect(queue.expire(now: .seconds(99), delay: none).isEmpty)
        #expect(queue.take(1, until: nil).isEmpty)
        queue.remove(1)
        #expect(queue.entries.isEmpty)
        queue.insert(StoredDelivery(sequence: 2))
        #expect(queue.beginSettling(2) == true)
        queue.endSettling(2, now: .zero, wait: .seconds(1))
        _ = queue.expire(now: .seconds(1), delay: none)
        #expect(queue.take(1, until: nil).map(\.sequence) == [2])
    }

    @Test("One of an ordering key at a time; a failed one holds back those behind it, and no others")
    func ordering() throws {
        var queue = queue(1, 2, 3, key: "a")
        queue.insert(StoredDelivery(sequence: 4, orderingKey: "b"))
        queue.insert(StoredDelivery(sequence: 5))
        let taken = queue.take(10, until: nil)
        #expect(taken.map(\.sequence) == [1, 4, 5])
        _ = queue.fail(1, lease: taken[0].lease, now: .zero, delay: { _ in .seconds(1) })
        #expect(queue.take(10, until: nil).isEmpty)
        _ = queue.expire(now: .seconds(1), delay: none)
        let again = try #require(queue.take(10, until: nil).first)
        #expect(again.sequence == 1)
        #expect(queue.beginSettling(1, lease: again.lease) == true)
        #expect(queue.take(10, until: nil).isEmpty, "the end of the first has to be stored first")
        queue.remove(1)
        #expect(queue.take(10, until: nil).map(\.sequence) == [2])
    }

    @Test("A lower number of an ordering key that comes late goes first, unless the head is out")
    func lateInLane() {
        var queue = queue(5, 7, key: "a")
        queue.insert(StoredDelivery(sequence: 4, orderingKey: "a"))
        #expect(queue.take(10, until: nil).map(\.sequence) == [4])
        queue.insert(StoredDelivery(sequence: 3, orderingKey: "a"))
        queue.remove(4)
        #expect(queue.take(10, until: nil).map(\.sequence) == [3])
        queue.remove(3)
        #expect(queue.take(10, until: nil).map(\.sequence) == [5])
    }

    @Test("A window finds every delivery once, however words of publishers and scans cross")
    func window() {
        var queue = DeliveryQueue(capacity: 100, firstLease: 0)
        #expect(queue.beginScan(below: 10) == 0)
        #expect(queue.beginScan(below: 10) == nil, "one at a time")
        // 3 is stored before the scan's snapshot, 2 after it, 4 after it too.
        for sequence in [4, 2, 3] { queue.arrive(StoredDelivery(sequence: Int64(sequence))) }
        queue.endScan([StoredDelivery(sequence: 1), StoredDelivery(sequence: 3)], reachedEnd: true)
        #expect(queue.isWhole)
        let taken = queue.take(10, until: nil)
        #expect(taken.map(\.sequence) == [1, 2, 3, 4])
        #expect(taken.filter(\.isDoubtful).map(\.sequence) == [2], "it may have ended before its word came")
        queue.arrive(StoredDelivery(sequence: 6))
        queue.arrive(StoredDelivery(sequence: 5))
        #expect(queue.take(10, until: nil).map(\.sequence) == [5, 6])
    }

    @Test("What ended during a scan is not brought back by it")
    func removedDuringScan() throws {
        var queue = queue(1)
        let taken = try #require(queue.take(1, until: nil).first)
        #expect(queue.beginScan(below: 10) != nil)
        #expect(queue.beginSettling(1, lease: taken.lease) == true)
        queue.remove(1)
        queue.endScan([StoredDelivery(sequence: 1), StoredDelivery(sequence: 2)], reachedEnd: true)
        #expect(queue.take(10, until: nil).map(\.sequence) == [2])
    }

    @Test("A full window leaves the rest to scans")
    func capacity() {
        var queue = DeliveryQueue(capacity: 2, firstLease: 0)
        #expect(queue.beginScan(below: 10) == 0)
        queue.endScan([], reachedEnd: true)
        for sequence in 1...5 { queue.arrive(StoredDelivery(sequence: Int64(sequence))) }
        #expect(queue.entries.count == 2)
        #expect(!queue.isWhole)
        #expect(queue.beginScan(below: 10) == nil, "no room")
        queue.remove(1)
        #expect(queue.beginScan(below: 10) == 2)
        queue.endScan(nil, reachedEnd: false)
        #expect(queue.beginScan(below: 10) == 2, "a failed scan is done again")
    }

    @Test("A reset forgets all, a scan under way included")
    func reset() {
        var queue = queue(1, 2, key: "a")
        _ = queue.take(1, until: .seconds(1))
        _ = queue.beginScan(below: 10)
        queue.reset()
        queue.endScan([StoredDelivery(sequence: 9)], reachedEnd: true)
        #expect(queue.entries.isEmpty)
        #expect(queue.wake() == nil)
        #expect(queue.beginScan(below: 10) == 0)
    }
}

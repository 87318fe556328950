import Testing

@testable import Datastore

@Suite struct DeletionPaceTests {
    @Test("Chunks grow to what fits into the time, at most twofold a step, and shrink at once")
    func size() {
        var pace = DeletionPace()
        let first = pace.chunk
        #expect(pace.next(after: .milliseconds(1), othersStore: false) == .zero)
        #expect(pace.chunk == first * 2)
        #expect(pace.next(after: DeletionPace.alone, othersStore: false) == .zero)
        #expect(pace.chunk == first * 2)
        #expect(pace.next(after: DeletionPace.alone * 4, othersStore: false) == .zero)
        #expect(pace.chunk == first / 2)
    }

    @Test("While others store, chunks are smaller, and the writer is theirs for seven times as long as the chunk took")
    func others() {
        var pace = DeletionPace()
        for _ in 0..<20 { _ = pace.next(after: .microseconds(pace.chunk * 10), othersStore: false) }
        let alone = pace.chunk
        #expect(
            pace.next(after: .microseconds(alone * 10), othersStore: true)
                == .microseconds(alone * 10 * DeletionPace.othersShare))
        for _ in 0..<20 { _ = pace.next(after: .microseconds(pace.chunk * 10), othersStore: true) }
        #expect(pace.chunk < alone / 2)
        #expect(pace.chunk >= DeletionPace.sizes.lowerBound)
    }

    @Test("A chunk that found no room is followed by smaller ones, down to a single entity, and those by larger again")
    func full() {
        var pace = DeletionPace()
        var sizes: [Int] = []
        while pace.shrink() { sizes.append(pace.chunk) }
        #expect(sizes == [62, 7, 1])
        _ = pace.next(after: .microseconds(1), othersStore: false)
        #expect(pace.chunk == DeletionPace.sizes.lowerBound)
    }

    @Test("No time is too short or too long")
    func bounds() {
        var pace = DeletionPace()
        for _ in 0..<20 { _ = pace.next(after: .zero, othersStore: false) }
        #expect(pace.chunk == DeletionPace.sizes.upperBound)
        for _ in 0..<20 {
            #expect(
                pace.next(after: .seconds(3_600), othersStore: true) <= DeletionPace.alone * DeletionPace.othersShare)
        }
        #expect(pace.chunk == DeletionPace.sizes.lowerBound)
    }
}

import Glibc
import NIOCore

/// What the connections of one event loop share: their executor, the time as text, and random numbers.
///
/// Unchecked: the mutable parts are touched on the loop only, which each access asserts.
final class LoopResources: @unchecked Sendable {
    let eventLoop: any EventLoop
    let executor: LoopExecutor
    private var random: UInt64
    private var dateSecond: Int = -1
    private var dateLine: [UInt8] = []

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        executor = LoopExecutor(eventLoop)
        random = .random(in: 1...(.max))
    }

    /// A number that is not guessed by accident, and need not be safe from guessing on purpose (SplitMix64).
    func nextRandom() -> UInt64 {
        eventLoop.assertInEventLoop()
        random &+= 0x9E37_79B9_7F4A_7C15
        var mixed = random
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The header line `Date: …` of this second.
    ///
    /// - Parameter second: seconds since 1970.
    func dateLine(second: Int) -> [UInt8] {
        eventLoop.assertInEventLoop()
        if second != dateSecond {
            dateSecond = second
            dateLine = Array("Date: \(HTTPDate.text(second: second))\r\n".utf8)
        }
        return dateLine
    }
}

/// Wall-clock time as requests are stamped with it.
enum WallClock {
    /// Microseconds since 1970.
    static func microseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

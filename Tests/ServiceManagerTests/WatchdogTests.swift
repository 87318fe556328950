import Logging
import ServiceManager
import Synchronization
import TestSupport
import Testing

@Suite("The watchdog's signs of life")
struct WatchdogTests {
    /// What a test turns, and what the watchdog did.
    private final class World: Sendable {
        let signs = Atomic(0)
        let rounds = Atomic(0)
        let isHanging = Mutex(false)
        let failure = Mutex<String?>(nil)
        let released = Mutex<[CheckedContinuation<Void, Never>]>([])

        var signCount: Int { signs.load(ordering: .relaxed) }
        var roundCount: Int { rounds.load(ordering: .relaxed) }
        /// Whether a check hangs.
        var isHeld: Bool { released.withLock { !$0.isEmpty } }

        func check() async throws {
            rounds.add(1, ordering: .relaxed)
            if isHanging.withLock({ $0 }) {
                await withCheckedContinuation { continuation in released.withLock { $0.append(continuation) } }
            }
            if let failure = failure.withLock({ $0 }) { throw Failure(description: failure) }
        }

        func release() {
            isHanging.withLock { $0 = false }
            for continuation in released.withLock({ $0 }) { continuation.resume() }
        }
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private func watchdog(_ world: World) -> Watchdog {
        Watchdog(
            interval: .milliseconds(10),
            checks: [SelfCheck("first") {}, SelfCheck("second") { try await world.check() }],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            giveSign: { world.signs.add(1, ordering: .relaxed) })
    }

    @Test("a check that hangs ends the signs and is named; when it comes back, so do they")
    func hanging() async throws {
        let world = World()
        let watchdog = watchdog(world)
        let task = Task { await watchdog.run() }
        try await eventually("signs come") { world.signCount > 3 && watchdog.complaint == nil }
        world.isHanging.withLock { $0 = true }
        // On a busy machine a check may be slow before one hangs.
        try await eventually("the check hangs") { world.isHeld }
        try await eventually("it is named") { watchdog.complaint == "second does not answer" }
        let (signs, rounds) = (world.signCount, world.roundCount)
        try await Task.sleep(for: .milliseconds(200))
        #expect(world.signCount == signs, "no sign while it hangs")
        #expect(world.roundCount == rounds, "it is not begun a second time")
        world.release()
        try await eventually("signs come again") { world.signCount > signs && watchdog.complaint == nil }
        task.cancel()
        await task.value
    }

    @Test("a check that fails ends the signs, with its reason, until it passes")
    func failing() async throws {
        let world = World()
        world.failure.withLock { $0 = "out of order" }
        let watchdog = watchdog(world)
        let task = Task { await watchdog.run() }
        try await eventually("it is tried again and again") { world.roundCount > 5 }
        try await eventually("it is named") { watchdog.complaint == "second: out of order" }
        #expect(world.signCount == 0)
        world.failure.withLock { $0 = nil }
        try await eventually("signs come") { world.signCount > 0 && watchdog.complaint == nil }
        task.cancel()
        await task.value
    }

    @Test("a check that hangs holds up no stop")
    func stopping() async throws {
        let world = World()
        world.isHanging.withLock { $0 = true }
        let watchdog = watchdog(world)
        let task = Task { await watchdog.run() }
        try await eventually("the check hangs") { watchdog.complaint != nil }
        task.cancel()
        await task.value
        world.release()
    }
}

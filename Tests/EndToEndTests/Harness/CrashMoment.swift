import Synchronization
import TestSupport
import Testing

/// Kills a daemon at a moment that depends on what it has done, not on how fast the machine is: some time after it
/// has acknowledged so many things more.
final class CrashMoment: Sendable {
    private let count = Mutex(0)

    /// What was acknowledged so far.
    var acknowledged: Int { count.withLock { $0 } }

    /// Says that something was acknowledged.
    func acknowledge() { count.withLock { $0 += 1 } }

    /// Kills the daemon behind the next `more` acknowledgements, up to 30 ms later: in the middle of what follows on
    /// the last of them, or of what comes next.
    func kill(_ daemon: TestDaemon, after more: Int) async {
        let wanted = acknowledged + more
        do {
            try await eventually("\(more) more are acknowledged") { acknowledged >= wanted }
            try await Task.sleep(for: .microseconds(Int.random(in: 0...30_000)))
        } catch {
            Issue.record("nothing to kill in the middle of: \(error)")
        }
        await daemon.kill()
    }
}

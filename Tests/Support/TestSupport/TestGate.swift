import Dispatch

/// A gate at which threads wait until it is opened; then it stays open.
package final class TestGate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    package init() {}

    /// Waits on this thread, which must be none of the cooperative ones.
    package func wait() {
        semaphore.wait()
        semaphore.signal()
    }

    package func open() { semaphore.signal() }
}

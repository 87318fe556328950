import NIOCore

/// One deadline of a connection. To move it costs nothing: the loop is asked for a wake-up only where none is due
/// before, and a wake-up that comes too early asks for the rest.
final class ConnectionTimer {
    private let eventLoop: any EventLoop
    private let onExpiry: () -> Void
    private var deadline = NIODeadline.distantFuture
    private var wakeUp: (at: NIODeadline, task: Scheduled<Void>)?

    init(_ eventLoop: any EventLoop, onExpiry: @escaping () -> Void) {
        self.eventLoop = eventLoop
        self.onExpiry = onExpiry
    }

    /// Expires when the time has passed, unless the deadline is moved before.
    func expire(in amount: TimeAmount) {
        expire(at: .now() + amount)
    }

    /// Expires at a moment, unless the deadline is moved before.
    func expire(at moment: NIODeadline) {
        deadline = moment
        if let wakeUp {
            guard moment < wakeUp.at else { return }
            wakeUp.task.cancel()
        }
        schedule()
    }

    /// No deadline until the next one is set.
    func rest() { deadline = .distantFuture }

    /// Ends the timer for good; it would keep its connection alive otherwise.
    func stop() {
        wakeUp?.task.cancel()
        wakeUp = nil
        deadline = .distantFuture
    }

    private func schedule() {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let task = eventLoop.scheduleTask(deadline: deadline) { bound.value.wake() }
        wakeUp = (deadline, task)
    }

    private func wake() {
        wakeUp = nil
        guard deadline != .distantFuture else { return }
        if NIODeadline.now() < deadline {
            schedule()
        } else {
            deadline = .distantFuture
            onExpiry()
        }
    }
}

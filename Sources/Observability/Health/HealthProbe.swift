import CoreMetrics
import Logging
import Synchronization

/// One check with what it found last.
final class HealthProbe: Sendable {
    private struct State {
        var last: CheckResult?
        /// The run that is under way, and those who wait for it, by a number of their own.
        var isRunning = false
        var waiters: [Int: CheckedContinuation<HealthStatus, Never>] = [:]
        var nextWaiter = 0
    }

    let check: HealthCheck
    private let timeout: Duration
    private let gauge: Meter
    private let logger: Logger
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())

    init(
        check: HealthCheck, timeout: Duration, gauge: Meter, logger: Logger, now: @escaping @Sendable () -> Int64
    ) {
        self.check = check
        self.timeout = timeout
        self.gauge = gauge
        self.logger = logger
        self.now = now
    }

    /// What it found last.
    var last: CheckResult? { state.withLock(\.last) }

    /// What the check finds now, or the failure `timed out`. Also after a timeout the check itself runs on, in a task
    /// that nobody waits for: Swift cannot stop what does not look whether it is cancelled.
    func run() async -> CheckResult {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        var alarm: Task<Void, any Error>?
        let status = await withCheckedContinuation { continuation in
            let isFirst = state.withLock { state in
                state.waiters[number] = continuation
                defer { state.isRunning = true }
                return !state.isRunning
            }
            if isFirst { Task { self.finish(await self.check.check()) } }
            alarm = Task {
                try await Task.sleep(for: self.timeout)
                self.giveUp(number)
            }
        }
        alarm?.cancel()
        return note(status)
    }

    private func finish(_ status: HealthStatus) {
        let waiters = state.withLock { state in
            defer {
                state.waiters = [:]
                state.isRunning = false
            }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume(returning: status) }
    }

    private func giveUp(_ number: Int) {
        let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
        waiter?.resume(returning: .fail("timed out"))
    }

    /// Remembers a status, and logs it if it is of another kind than the last. A first pass is no news.
    private func note(_ status: HealthStatus) -> CheckResult {
        let now = now()
        let (before, result) = state.withLock { state in
            let before = state.last
            let since = before?.status.rank == status.rank ? before?.since ?? now : now
            let result = CheckResult(name: check.name, status: status, since: since)
            state.last = result
            return (before, result)
        }
        gauge.set(status.isFailure ? 0 : 1)
        guard before?.status.rank ?? 0 != status.rank else { return result }
        var metadata: Logger.Metadata = ["check": "\(check.name)", "status": "\(status.name)"]
        if let message = status.message { metadata["reason"] = "\(message)" }
        let level: Logger.Level =
            switch status {
            case .pass: .info
            case .warn: .warning
            case .fail: .error
            }
        logger.log(level: level, "health check changed", metadata: metadata)
        return result
    }
}

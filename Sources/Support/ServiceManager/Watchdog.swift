public import Logging
import Synchronization

/// Gives the service manager a sign of life for as long as every self-check comes back.
///
/// The checks run one after the other. One that hangs ends the signs, and after the manager's time the process: that is
/// what a watchdog is for. One that fails does so too, unless it passes again in time.
public final class Watchdog: Sendable {
    private struct State {
        /// The check that is under way.
        var current: String?
        /// What the log was told last, so that it is told once.
        var complaint: String?
    }

    private let interval: Duration
    private let checks: [SelfCheck]
    private let giveSign: @Sendable () throws -> Void
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameters:
    ///   - interval: from one round of checks to the next: half the manager's time, as sd_watchdog_enabled(3) has it.
    ///   - checks: what must come back.
    ///   - logger: gets a line when a check hangs or fails, and when all is well again.
    ///   - giveSign: tells the manager.
    public init(
        interval: Duration, checks: [SelfCheck], logger: Logger, giveSign: @escaping @Sendable () throws -> Void
    ) {
        self.interval = interval
        self.checks = checks
        self.logger = logger
        self.giveSign = giveSign
    }

    /// Why no sign is given at present; nil while all is well.
    public var complaint: String? { state.withLock(\.complaint) }

    /// Checks each interval until the task is cancelled. A round that hangs is left alone, and holds up no end.
    public func run() async {
        while !Task.isCancelled {
            if let hanging = begin() {
                complain("\(hanging) does not answer")
            } else {
                Task { await self.check() }
            }
            try? await Task.sleep(for: interval)
        }
    }

    /// Begins a round; or names the check that the last round still waits for.
    private func begin() -> String? {
        state.withLock { state in
            if let current = state.current { return current }
            state.current = checks.first?.name ?? "the watchdog"
            return nil
        }
    }

    private func check() async {
        defer { state.withLock { $0.current = nil } }
        for check in checks {
            state.withLock { $0.current = check.name }
            do { try await check.run() } catch {
                complain("\(check.name): \(error)")
                return
            }
        }
        do { try giveSign() } catch {
            complain("the service manager takes no sign of life: \(error)")
            return
        }
        let before = state.withLock { state in
            defer { state.complaint = nil }
            return state.complaint
        }
        if before != nil { logger.notice("the self-check passes again") }
    }

    private func complain(_ complaint: String) {
        let before = state.withLock { state in
            defer { state.complaint = complaint }
            return state.complaint
        }
        guard before != complaint else { return }
        logger.error("the self-check does not pass: no sign of life", metadata: ["reason": "\(complaint)"])
    }
}

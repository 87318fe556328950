import Logging
import ServiceLifecycle
import ServiceManager
import Synchronization

/// Keeps the service manager informed: that the daemon is ready, reloads, stops; in a line for people, what it does;
/// and for its watchdog, that it lives.
final class ManagerReports: Service {
    private let manager: ServiceManager
    private let watchdog: Watchdog?
    private let status: StatusLine
    /// How long a stop may take at most.
    private let longestStop: @Sendable () -> Duration
    private let logger: Logger
    private let isSilent = Atomic(false)
    /// Whether it was told that the daemon is ready, and not yet that it stops.
    private let isReady = Atomic(false)

    /// How often the line for people is written anew.
    private static let interval = Duration.seconds(10)

    init(
        manager: ServiceManager, checks: [SelfCheck], status: StatusLine,
        longestStop: @escaping @Sendable () -> Duration,
        logger: Logger
    ) {
        self.manager = manager
        self.status = status
        self.longestStop = longestStop
        self.logger = logger
        watchdog = manager.watchdogTimeout.map { timeout in
            Watchdog(interval: timeout / 2, checks: checks, logger: logger) { try manager.tell([.alive]) }
        }
    }

    /// Gives signs of life and refreshes the line until the very end of a graceful stop.
    func run() async throws {
        guard manager.isPresent else {
            try? await gracefulShutdown()
            return
        }
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.watchdog?.run() }
                group.addTask { await self.refresh() }
            }
        }
    }

    func ready() {
        isReady.store(true, ordering: .relaxed)
        tell([.ready, .status(line())])
    }

    /// A stop that is allowed more time than the unit allows would be cut off, so the manager is asked for it.
    func stopping() {
        isReady.store(false, ordering: .relaxed)
        tell([.stopping, .status(line()), .needsTime(longestStop())])
    }

    /// Tells of a reload around it; not of one before the daemon is ready or while it stops, which nobody waits for, and
    /// behind which it would seem ready.
    func reloading<Result>(_ reload: () async throws -> Result) async rethrows -> Result {
        guard isReady.load(ordering: .relaxed) else { return try await reload() }
        tell([.reloading, .status("reloading the settings")])
        defer { if isReady.load(ordering: .relaxed) { ready() } }
        return try await reload()
    }

    private func refresh() async {
        while true {
            try? await Task.sleep(for: Self.interval)
            guard !Task.isCancelled else { return }
            tell([.status(line())])
        }
    }

    private func line() -> String { status.text(complaint: watchdog?.complaint) }

    /// Tells the manager; the first time that it does not listen is told to the log.
    private func tell(_ news: [ServiceNews]) {
        do {
            try manager.tell(news)
            isSilent.store(false, ordering: .relaxed)
        } catch {
            guard !isSilent.exchange(true, ordering: .relaxed) else { return }
            logger.warning("the service manager does not listen", metadata: ["error": "\(error)"])
        }
    }
}

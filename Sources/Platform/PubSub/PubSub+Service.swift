public import ServiceLifecycle
import Synchronization

extension PubSub: Service {
    /// Changes how long pushes under way may go on when the daemon stops.
    public func apply(shutdownTimeout: Duration) {
        hub.shutdownTimeout.withLock { $0 = shutdownTimeout }
    }

    /// Delivers until the graceful shutdown, in which pushes under way may end within their time. What is published
    /// before and after is stored all the same.
    public func run() async throws {
        hub.phase.store(.running, ordering: .releasing)
        for subscriber in hub.allSubscribers { subscriber.kick() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.cleaner.run() }
            try? await gracefulShutdown()
            hub.phase.store(.stopping, ordering: .releasing)
            group.cancelAll()
            await self.drain()
        }
    }

    private func drain() async {
        let deadline = ContinuousClock.now + hub.shutdownTimeout.withLock { $0 }
        await withTaskGroup(of: Void.self) { group in
            for subscriber in hub.allSubscribers { group.addTask { await subscriber.drain(until: deadline) } }
        }
        // What was acknowledged in the last moment is stored, too.
        for subscriber in hub.allSubscribers { await subscriber.settled() }
    }
}

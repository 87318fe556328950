import Logging
import ServiceLifecycle
import Synchronization

/// Ends the process when a part of it has met an error that this process must not survive, such as an I/O error on a
/// commit: what is on the disk is then known only to a process that opens it anew.
final class FatalErrorWatch: Service {
    private let stream: AsyncStream<any Error>
    private let continuation: AsyncStream<any Error>.Continuation

    private let onReport: @Sendable () -> Void

    /// - Parameter onReport: told at once, besides: the process may hang on the way to its end.
    init(onReport: @escaping @Sendable () -> Void) {
        self.onReport = onReport
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// Reports the error that ends the process; the first one counts.
    func report(_ error: any Error) {
        onReport()
        continuation.yield(error)
    }

    /// Waits for a report and throws it; returns at a graceful shutdown.
    func run() async throws {
        for await error in stream.cancelOnGracefulShutdown() { throw error }
    }
}

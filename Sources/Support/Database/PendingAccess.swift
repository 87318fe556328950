import GRDB
import Synchronization

/// A closure that waits for a connection, and whoever waits for the closure.
protocol PendingAccess: AnyObject, Sendable {
    /// What it may have of a disk that is nearly full.
    var claim: DiskClaim { get }
    /// Whether the task that waits was cancelled before the closure began.
    var isCancelled: Bool { get }
    /// Runs the closure and keeps its result or error until the transaction's end is known.
    func run(_ database: Database) -> (any Error)?
    /// The transaction has ended well: tells the closure's result, or its own error.
    func acknowledge()
    /// The transaction did not end well, or the closure was never run.
    func fail(_ error: any Error)
}

/// The one kind of ``PendingAccess``.
///
/// Unchecked, because `continuation` and `outcome` are plain variables: the task that waits sets the continuation
/// before it hands the object over through a mutex, and from then on only the connection's thread touches them.
/// `cancelled` is atomic, since the cancellation handler runs anywhere.
final class TypedAccess<Value: Sendable>: PendingAccess, @unchecked Sendable {
    let claim: DiskClaim
    private let body: @Sendable (Database) throws -> Value
    private let cancelled = Atomic(false)
    private var continuation: CheckedContinuation<Value, any Error>?
    private var outcome: Result<Value, any Error>?

    init(claim: DiskClaim = .ordinary, _ body: @escaping @Sendable (Database) throws -> Value) {
        self.claim = claim
        self.body = body
    }

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    func cancel() {
        cancelled.store(true, ordering: .relaxed)
    }

    func wait(with continuation: CheckedContinuation<Value, any Error>) {
        self.continuation = continuation
    }

    func run(_ database: Database) -> (any Error)? {
        do {
            outcome = .success(try body(database))
            return nil
        } catch {
            outcome = .failure(error)
            return error
        }
    }

    func acknowledge() {
        if let outcome { resume(outcome) }
    }

    func fail(_ error: any Error) {
        resume(.failure(error))
    }

    private func resume(_ result: Result<Value, any Error>) {
        continuation?.resume(with: result)
        continuation = nil
        outcome = nil
    }
}

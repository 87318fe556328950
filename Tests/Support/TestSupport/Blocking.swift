import Dispatch

/// Runs what blocks on a thread of its own.
package func detachThread(_ body: @escaping @Sendable () -> Void) {
    DispatchQueue(label: "test.thread").async(execute: body)
}

/// Runs what blocks off the cooperative threads, on a thread of its own, and waits for it.
package func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        detachThread { continuation.resume(with: Result(catching: body)) }
    }
}

import Hosting
import Synchronization

/// Lets the writers of one answer through one at a time, in the order in which they came. An actor would not do: it
/// takes the next call while the one before waits for the client.
final class LineGate: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let writer: BodyWriter
    private let state = Mutex(State())

    init(_ writer: BodyWriter) {
        self.writer = writer
    }

    func write(_ line: [UInt8]) async throws {
        await enter()
        defer { leave() }
        try await writer.write(line)
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.isTaken else {
                    state.isTaken = true
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.isTaken = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}

import Commands
import Synchronization

/// A stream that keeps what is written, and that a test can break.
final class MemorySink: OutputSink {
    private struct State {
        var bytes: [UInt8] = []
        var closesAfter: Int?
        var failure: OutputError?
    }

    private let state = Mutex(State())

    /// All that was written.
    var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }
    /// The lines that were written.
    var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) }

    /// Lets the reader go away after that many more writes.
    func close(afterWrites count: Int) { state.withLock { $0.closesAfter = count } }

    /// Lets every write fail.
    func fail(_ error: OutputError) { state.withLock { $0.failure = error } }

    func write(_ bytes: [UInt8]) throws(OutputError) {
        let failure = state.withLock { state -> OutputError? in
            if let failure = state.failure { return failure }
            if let left = state.closesAfter {
                guard left > 0 else { return .closed }
                state.closesAfter = left - 1
            }
            state.bytes += bytes
            return nil
        }
        if let failure { throw failure }
    }

    var isClosed: Bool { state.withLock { $0.closesAfter == 0 } }
}

import Synchronization

/// Numbers the commits: larger for later ones, never used twice, also not after a crash.
///
/// A mark behind all numbers in use is kept in the register. The commit that passes the mark moves it; so does every
/// other until one of them is known to be durable.
final class VersionCounter: Sendable {
    /// A number for a commit, and the mark that is durable when the commit is.
    struct Version: Sendable {
        let number: Int64
        let mark: Int64?
    }

    private static let registerName = "version-mark"
    private static let block: Int64 = 1_000_000

    private struct State {
        var last: Int64
        var mark: Int64
    }

    private let state: Mutex<State>

    init(engine: any Engine) async throws {
        let bytes = try await engine.read { snapshot in try snapshot.register(Self.registerName) }
        let mark = bytes.map { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0
        guard let mark else { throw DatastoreError.corrupt("the mark of versions") }
        state = Mutex(State(last: mark, mark: mark))
    }

    /// The newest number: it rises with every write that stores.
    var last: Int64 { state.withLock { $0.last } }

    /// The next number, within the write that uses it.
    func next(_ transaction: any EngineTransaction) throws -> Version {
        let (number, passes) = state.withLock { state in
            state.last += 1
            return (state.last, state.last > state.mark)
        }
        guard passes else { return Version(number: number, mark: nil) }
        let mark = number + Self.block
        try transaction.setRegister(Self.registerName, Array(String(mark).utf8))
        return Version(number: number, mark: mark)
    }

    /// Says that a commit is durable.
    func confirm(_ version: Version) {
        guard let mark = version.mark else { return }
        state.withLock { $0.mark = max($0.mark, mark) }
    }
}

import Synchronization

/// Hands out ids: numbers that are given once only, below 2^53 so that every JSON reader can hold them.
///
/// Ids come in blocks whose end is in the register, durable, before the first of them is given. What a crash leaves
/// unused of a block is lost. The first ids are large, so that small ones that clients choose do not meet them; those
/// that clients choose near the front are skipped.
final class IDAllocator: Sendable {
    /// The first id of a new datastore.
    static let first: Int64 = 5_000_000_000_000_001
    /// The end of all ids.
    static let end: Int64 = 1 << 53
    private static let registerName = "next-id"
    private static let block: Int64 = 100_000
    /// How far before an id of a client's own the front may be to be moved behind it.
    private static let reach: Int64 = 1_000_000

    private struct State {
        var next: Int64
        var end: Int64
    }

    private let state: Mutex<State>
    private let engine: any Engine

    init(engine: any Engine) async throws {
        self.engine = engine
        let next = try await engine.read { snapshot in try Self.registered(snapshot) }
        state = Mutex(State(next: next, end: next))
    }

    private static func registered(_ snapshot: any EngineSnapshot) throws -> Int64 {
        guard let bytes = try snapshot.register(registerName) else { return first }
        guard let next = Int64(String(decoding: bytes, as: UTF8.self)), next >= first else {
            throw DatastoreError.corrupt("the next id")
        }
        return next
    }

    /// An id, if the block at hand has one left.
    func takeAtOnce() -> Int64? {
        state.withLock { state in
            guard state.next < state.end else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    /// Some ids, from a new block where needed.
    func take(_ count: Int) async throws -> [Int64] {
        var ids: [Int64] = []
        ids.reserveCapacity(count)
        while ids.count < count {
            if let id = takeAtOnce() { ids.append(id) } else { try await extend(by: count - ids.count) }
        }
        return ids
    }

    /// Makes a new block durable.
    func extend(by count: Int) async throws {
        let size = max(Self.block, Int64(count))
        let end = try await engine.write { transaction in
            let start = try Self.registered(transaction)
            guard start < Self.end else {
                throw DatastoreError(.resourceExhausted, "all ids below 2^53 have been given out")
            }
            let end = min(start + size, Self.end)
            try transaction.setRegister(Self.registerName, Array(String(end).utf8))
            return end
        }
        state.withLock { $0.end = max($0.end, end) }
    }

    /// Notes an id that a client chose, within the write that stores its entity.
    func skip(_ id: Int64, _ transaction: any EngineTransaction) throws {
        let isBehindBlock = state.withLock { state in
            guard id >= state.next, id < Self.end, id - state.next < Self.reach else { return false }
            state.next = id + 1
            return id >= state.end
        }
        guard isBehindBlock, try Self.registered(transaction) <= id else { return }
        try transaction.setRegister(Self.registerName, Array(String(id + 1).utf8))
    }
}

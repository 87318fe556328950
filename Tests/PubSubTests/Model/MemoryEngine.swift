import Datastore
import Foundation
import Synchronization

/// An engine in memory. It keeps what a kill at a chosen moment would have left on the disk: the next daemon begins with
/// that, while the killed one goes on with what nobody will see.
final class MemoryEngine: Engine {
    private struct State: Sendable {
        var tables: MemoryTables
        /// How many more writes are done before the kill; nil: none is planned.
        var writesBeforeKill: Int?
        var left: MemoryTables?
        var refusesNext = false
    }

    private let state: Mutex<State>

    init() { state = Mutex(State(tables: MemoryTables())) }

    private init(_ tables: MemoryTables) { state = Mutex(State(tables: tables)) }

    /// Has the next write fail, as a broken disk would.
    func refuseNext(_ refuses: Bool) { state.withLock { $0.refusesNext = refuses } }

    /// Plans a kill behind so many more writes.
    func killBehind(_ writes: Int) { state.withLock { $0.writesBeforeKill = writes } }

    /// Kills now, unless it was done before; gives whether it was.
    func kill() -> Bool {
        state.withLock { state in
            guard state.left == nil else { return true }
            state.left = state.tables
            return false
        }
    }

    /// What the kill has left, or what there is.
    func reopened() -> MemoryEngine { MemoryEngine(state.withLock { $0.left ?? $0.tables }) }

    func read<T: Sendable>(_ body: @escaping @Sendable (any EngineSnapshot) throws -> T) async throws -> T {
        try body(MemoryTransaction(state.withLock { $0.tables }))
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (any EngineTransaction) throws -> T) async throws -> T {
        try state.withLock { state in
            if state.refusesNext {
                state.refusesNext = false
                throw DatastoreError(.resourceExhausted, "the disk is broken")
            }
            if state.writesBeforeKill == 0, state.left == nil { state.left = state.tables }
            state.writesBeforeKill? -= 1
            let transaction = MemoryTransaction(state.tables)
            let result = try body(transaction)
            state.tables = transaction.tables
            return result
        }
    }
}

/// Byte strings in their order.
struct Bytes: Sendable, Hashable, Comparable {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func < (left: Bytes, right: Bytes) -> Bool {
        left.bytes.withUnsafeBytes { left in
            right.bytes.withUnsafeBytes { right in
                guard let first = left.baseAddress, let second = right.baseAddress else {
                    return left.count < right.count
                }
                let order = memcmp(first, second, min(left.count, right.count))
                return order == 0 ? left.count < right.count : order < 0
            }
        }
    }
}

/// The engine's tables: entities in the order of their keys, and the register. Pub/Sub's kinds have no index.
struct MemoryTables: Sendable {
    var keys: [Bytes] = []
    var rows: [Bytes: EntityRow] = [:]
    var register: [String: [UInt8]] = [:]

    /// Where the first key is that is not below this one.
    func place(_ key: Bytes) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func places(_ range: ByteRange) -> Range<Int> {
        let first = place(Bytes(range.lower))
        return first..<max(first, range.upper.map { place(Bytes($0)) } ?? keys.count)
    }
}

private final class MemoryTransaction: EngineTransaction {
    var tables: MemoryTables

    init(_ tables: MemoryTables) { self.tables = tables }

    func entity(at key: [UInt8], properties: Bool) throws -> EntityRow? { tables.rows[Bytes(key)] }

    func entities(in range: ByteRange, descending: Bool, limit: Int, properties: Bool) throws -> [EntityRow] {
        let places = tables.places(range)
        let chosen = descending ? Array(places.suffix(limit).reversed()) : Array(places.prefix(limit))
        return chosen.compactMap { tables.rows[tables.keys[$0]] }
    }

    func countEntities(in range: ByteRange, limit: Int) throws -> (count: Int, last: [UInt8]?) {
        let places = tables.places(range).prefix(limit)
        return (places.count, places.last.map { tables.keys[$0].bytes })
    }

    func register(_ name: String) throws -> [UInt8]? { tables.register[name] }

    func registers(prefix: String) throws -> [(name: String, value: [UInt8])] {
        tables.register.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    func insert(_ row: EntityRow) throws -> Bool {
        guard tables.rows[Bytes(row.key)] == nil else { return false }
        try replace(row)
        return true
    }

    func replace(_ row: EntityRow) throws {
        let key = Bytes(row.key)
        if tables.rows.updateValue(row, forKey: key) == nil { tables.keys.insert(key, at: tables.place(key)) }
    }

    func deleteEntities(_ keys: [[UInt8]]) throws {
        for key in keys.map(Bytes.init) where tables.rows.removeValue(forKey: key) != nil {
            tables.keys.remove(at: tables.place(key))
        }
    }

    func deleteEntities(in range: ByteRange, limit: Int) throws -> Int {
        let places = tables.places(range).prefix(limit)
        try deleteEntities(places.map { tables.keys[$0].bytes })
        return places.count
    }

    func setRegister(_ name: String, _ value: [UInt8]?) throws { tables.register[name] = value }

    // MARK: Entries, of which there are none

    func entries(_ scan: EntryScan) throws -> [(value: [UInt8], entity: EntityRow)] { [] }

    func countEntries(
        index: Int64, in range: ByteRange, after: (value: [UInt8], entity: [UInt8])?, limit: Int
    ) throws -> (count: Int, last: (value: [UInt8], entity: [UInt8])?) { (0, nil) }

    func insertEntries(_ entries: [EntryRow]) throws { try refuse(entries) }
    func deleteEntries(_ entries: [EntryRow]) throws { try refuse(entries) }
    func deleteEntries(index: Int64, limit: Int) throws -> Int { 0 }
    func deleteEntriesAndEntities(index: Int64, in range: ByteRange, limit: Int) throws -> Int { 0 }

    private func refuse(_ entries: [EntryRow]) throws {
        guard entries.isEmpty else { throw DatastoreError(.invalidArgument, "an entry, of which this engine has none") }
    }
}

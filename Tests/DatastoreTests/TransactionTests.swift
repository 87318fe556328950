import Dispatch
import Synchronization
import Testing

@testable import Datastore

@Suite struct TransactionTests {
    private let counter = Key("Counter", name: "c")

    @Test("A hundred increments at once lose none")
    func increments() async throws {
        try await withDatastore { test in
            let (datastore, key) = (test.datastore, counter)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await datastore.transaction { transaction in
                            let count = try transaction.get(key)?["n"]?.integer ?? 0
                            try transaction.put(Entity(key: key, properties: ["n": .integer(count + 1)]))
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await datastore.lookup(key)?["n"] == .integer(100))
        }
    }

    @Test("What comes between a read and its commit makes the closure run again: a change, a deletion, a creation")
    func conflicts() async throws {
        try await withDatastore { test in
            let datastore = test.datastore
            let other = Key("T", name: "other")
            let changes: [Mutation] = [
                .upsert(Entity(key: other, properties: ["n": .integer(1)])),
                .upsert(Entity(key: other, properties: ["n": .integer(1)])), .delete(other),
            ]
            for change in changes {
                let runs = Mutex(0)
                let seen = try await interrupted(datastore, by: change) { transaction in
                    runs.withLock { $0 += 1 }
                    let found = try transaction.get(other)
                    try transaction.put(Entity(key: Key("T", name: "mine")))
                    return found
                }
                #expect(runs.withLock { $0 } == 2)
                #expect(seen == (try await datastore.lookup(other)?.entity))
            }
        }
    }

    @Test("A phantom in a query's results makes the closure run again, one outside them does not")
    func phantoms() async throws {
        try await withDatastore { test in
            let datastore = test.datastore
            try await datastore.put(Entity(key: Key("T", id: 1), properties: ["n": .integer(1)]))
            let cases: [(Mutation, Int, Int)] = [
                (.upsert(Entity(key: Key("T", id: 2), properties: ["n": .integer(1)])), 2, 2),
                (.upsert(Entity(key: Key("T", id: 3), properties: ["n": .integer(9)])), 1, 2),
                (.upsert(Entity(key: Key("U", id: 1), properties: ["n": .integer(1)])), 1, 2),
                (.delete(Key("T", id: 2)), 2, 1),
            ]
            for (change, expectedRuns, expectedFound) in cases {
                let runs = Mutex(0)
                let found = try await interrupted(datastore, by: change) { transaction in
                    runs.withLock { $0 += 1 }
                    let batch = try transaction.query(
                        Query(kind: "T", filters: [PropertyFilter("n", .equal, .integer(1))]))
                    try transaction.put(Entity(key: Key("Sum", name: "s")))
                    return batch.results.count
                }
                #expect(runs.withLock { $0 } == expectedRuns)
                #expect(found == expectedFound)
            }
        }
    }

    /// Runs a transaction whose first run is followed by another's change, before its commit.
    private func interrupted<T: Sendable>(
        _ datastore: Datastore, by change: Mutation, _ body: @escaping @Sendable (Transaction) throws -> T
    ) async throws -> T {
        let (starts, starter) = AsyncStream.makeStream(of: Void.self)
        let changed = DispatchSemaphore(value: 0)
        let changer = Task {
            for await _ in starts { break }
            try await datastore.commit([change])
            changed.signal()
        }
        let result = try await datastore.transaction { transaction in
            let result = try body(transaction)
            starter.yield()
            // The closure is on a reader's thread, which may wait; the change goes through the writer beside it. The
            // second run finds it open.
            changed.wait()
            changed.signal()
            return result
        }
        try await changer.value
        return result
    }

    @Test("Reads see the transaction's own writes, queries see the snapshot")
    func ownWrites() async throws {
        try await withDatastore { test in
            let key = Key("T", id: 1)
            try await test.datastore.put(Entity(key: Key("T", id: 2)))
            try await test.datastore.transaction { transaction in
                #expect(try transaction.get(key) == nil)
                try transaction.insert(Entity(key: key))
                #expect(try transaction.get(key) != nil)
                #expect(throws: DatastoreError.self) { try transaction.insert(Entity(key: key)) }
                try transaction.update(Entity(key: key, properties: ["a": .null]))
                try transaction.delete(key)
                #expect(try transaction.get(key) == nil)
                #expect(throws: DatastoreError.self) { try transaction.update(Entity(key: key)) }
                try transaction.insert(Entity(key: key, properties: ["b": .null]))
                #expect(try transaction.query(Query(kind: "T")).results.map(\.stored.key) == [Key("T", id: 2)])
            }
            #expect(try await test.datastore.lookup(key)?.entity.properties == ["b": .null])
        }
    }

    @Test("A closure that throws stores nothing, and its error is the caller's")
    func throwing() async throws {
        struct Stop: Error {}
        try await withDatastore { test in
            await #expect(throws: Stop.self) {
                try await test.datastore.transaction { transaction in
                    try transaction.put(Entity(key: Key("T", id: 1)))
                    throw Stop()
                }
            }
            let count = try await test.datastore.count(Query(kind: "T"))
            #expect(count == 0)
        }
    }

    @Test("Transfers between accounts keep the sum, whatever comes at once")
    func transfers() async throws {
        try await withDatastore { test in
            let datastore = test.datastore
            let accounts = (1...5).map { Key("Account", id: $0) }
            try await datastore.commit(accounts.map { .insert(Entity(key: $0, properties: ["n": .integer(100)])) })
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<8 {
                    group.addTask {
                        var random = SeededGenerator(UInt64(task))
                        for _ in 0..<25 {
                            let (from, to) = (random.pick(accounts), random.pick(accounts))
                            try await datastore.transaction { transaction in
                                for (key, change) in [(from, Int64(-1)), (to, 1)] {
                                    let n = try transaction.get(key)?["n"]?.integer ?? 0
                                    try transaction.put(Entity(key: key, properties: ["n": .integer(n + change)]))
                                }
                            }
                            let sum = try await datastore.transaction { transaction in
                                try transaction.query(Query(kind: "Account")).entities.reduce(0) {
                                    $0 + ($1["n"]?.integer ?? 0)
                                }
                            }
                            #expect(sum == 500)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}

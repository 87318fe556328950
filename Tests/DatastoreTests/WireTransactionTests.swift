import Synchronization
import Testing

@testable import Datastore

@Suite struct WireTransactionTests {
    private let key = Key("T", id: 1)

    @Test("A transaction over requests commits when nothing it read has changed")
    func commit() async throws {
        try await withDatastore { test in
            let datastore = test.datastore
            let handle = try await datastore.begin()
            #expect(try await datastore.lookup([key], in: handle) == [nil])
            #expect(try await datastore.run(Query(kind: "T"), in: handle).results.isEmpty)
            try await datastore.commit([.upsert(Entity(key: key))], in: handle)
            #expect(try await datastore.lookup(key) != nil)
            await expectError(.invalidArgument) { try await datastore.commit([], in: handle) }
            await expectError(.invalidArgument) { try await datastore.rollback(handle) }
        }
    }

    @Test("It is aborted when what it read has changed, or a phantom came, and then stores nothing")
    func aborted() async throws {
        try await withDatastore { test in
            let datastore = test.datastore
            for readsQuery in [false, true] {
                let handle = try await datastore.begin()
                if readsQuery {
                    _ = try await datastore.run(Query(kind: "T"), in: handle)
                } else {
                    _ = try await datastore.lookup([key], in: handle)
                }
                try await datastore.put(Entity(key: readsQuery ? Key("T", id: 2) : key))
                await expectError(.aborted) {
                    try await datastore.commit([.upsert(Entity(key: Key("U", id: 1)))], in: handle)
                }
            }
            #expect(try await datastore.lookup(Key("U", id: 1)) == nil)
            let rereading = try await datastore.begin()
            _ = try await datastore.lookup([key], in: rereading)
            try await datastore.put(Entity(key: key))
            await expectError(.aborted) { _ = try await datastore.lookup([key], in: rereading) }
        }
    }

    @Test("Rolled back, read-only, and unknown ones change nothing")
    func others() async throws {
        try await withDatastore { test in
            let datastore = test.datastore
            let rolledBack = try await datastore.begin()
            try await datastore.rollback(rolledBack)
            await expectError(.invalidArgument) { _ = try await datastore.lookup([key], in: rolledBack) }
            let reading = try await datastore.begin(readOnly: true)
            await expectError(.invalidArgument) { try await datastore.commit([.delete(key)], in: reading) }
            let unknown = TransactionHandle(bytes: [1, 2, 3])
            await expectError(.invalidArgument) { _ = try await datastore.run(Query(kind: "T"), in: unknown) }
        }
    }

    @Test("They expire when they are not used or grow old, and make room when there are too many")
    func expiry() throws {
        let clock = Mutex(ContinuousClock.now)
        func pass(_ duration: Duration) { clock.withLock { $0 += duration } }
        let transactions = WireTransactions(limit: 2, idle: .seconds(60), lifetime: .seconds(270)) {
            clock.withLock { $0 }
        }
        let (one, two) = (try transactions.begin(readOnly: false), try transactions.begin(readOnly: false))
        #expect(one != two)
        #expect(throws: DatastoreError.self) { try transactions.begin(readOnly: false) }
        for _ in 0..<5 {
            pass(.seconds(50))
            try transactions.touch(one)
        }
        #expect(throws: DatastoreError.self) { try transactions.touch(two) }
        pass(.seconds(50))
        #expect(throws: DatastoreError.self) { try transactions.touch(one) }
        _ = try transactions.begin(readOnly: false)
        _ = try transactions.begin(readOnly: false)
    }
}

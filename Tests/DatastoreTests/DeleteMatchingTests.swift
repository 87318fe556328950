import Database
import Synchronization
import Testing

@testable import Datastore

@Suite struct DeleteMatchingTests {
    private let byTime = DeclaredIndexes(properties: [.init(kind: "Log", property: "t")])

    private func log(_ id: Int64, extra: Value? = nil) -> Entity {
        var entity = Entity(key: Key("Log", name: "l\(id)"), properties: ["t": .integer(id)])
        entity["extra"] = extra
        return entity
    }

    private var old: Query { Query(kind: "Log", filters: [PropertyFilter("t", .lessThanOrEqual, .integer(2_500))]) }

    @Test("A range of the only index goes in chunks, the oldest first, up to the limit")
    func range() async throws {
        try await withDatastore(byTime) { test in
            try await test.datastore.commit((1...3_000).map { .upsert(log($0)) })
            #expect(try await test.datastore.delete(matching: old, limit: 1_700) == 1_700)
            #expect(
                try await test.datastore.run(Query(kind: "Log", orders: [PropertyOrder("t")], limit: 1)).entities == [
                    log(1_701)
                ])
            #expect(try await test.datastore.delete(matching: old, limit: 10_000) == 800)
            #expect(try await test.datastore.delete(matching: old, limit: 10_000) == 0)
            #expect(try await test.datastore.delete(matching: old, limit: 0) == 0)
            #expect(try await test.number("SELECT count(*) FROM entity") == 500)
            #expect(try await test.number("SELECT count(*) FROM entry") == 500)
        }
    }

    @Test("All entries go with their entity: of other indexes, of several values, of a scan")
    func severalEntries() async throws {
        for registers in [true, false] {
            try await withDatastore(byTime) { test in
                let several = Value.array([.integer(1), .integer(2)])
                try await test.datastore.commit((1...300).map { .upsert(log($0, extra: several)) })
                try await test.datastore.put(
                    Entity(key: Key("Log", name: "both"), properties: ["t": .array([.integer(1), .integer(9_000)])]))
                let byExtra = Query(kind: "Log", filters: [PropertyFilter("extra", .equal, .integer(2))])
                if registers {
                    #expect(try await test.datastore.count(byExtra) == 300)
                    try await test.buildIndexes()
                }
                var oldest = old
                oldest.filters[0].value = .integer(100)
                #expect(try await test.datastore.delete(matching: oldest, limit: 1_000) == 101)
                #expect(try await test.orphans() == 0)
                #expect(try await test.datastore.delete(matching: byExtra, limit: 150) == 150)
                #expect(try await test.datastore.delete(matching: Query(kind: "Log"), limit: 1_000) == 50)
                try await test.buildIndexes()
                #expect(try await test.number("SELECT count(*) FROM entity") == 0)
                #expect(try await test.number("SELECT count(*) FROM entry") == 0)
            }
        }
    }

    @Test("A kind without indexes goes as a range of keys, below an ancestor too, in one namespace")
    func keys() async throws {
        try await withDatastore { test in
            let parent = Key("P", id: 1)
            try await test.datastore.commit(
                (1...50).map { .upsert(Entity(key: Key("C", id: $0, parent: parent))) }
                    + (1...50).map { .upsert(Entity(key: Key("C", id: $0))) }
                    + [.upsert(Entity(key: Key("C", id: 1, namespace: "n"))), .upsert(Entity(key: Key("D", id: 1)))])
            #expect(try await test.datastore.delete(matching: Query(kind: "C", ancestor: parent), limit: 100) == 50)
            #expect(try await test.datastore.delete(matching: Query(kind: "C"), limit: 20) == 20)
            #expect(try await test.datastore.delete(matching: Query(kind: "C"), limit: 100) == 30)
            #expect(try await test.number("SELECT count(*) FROM entity") == 2)
        }
    }

    @Test("Stores beside a purge are kept, and what was purged is gone")
    func concurrent() async throws {
        try await withDatastore(byTime) { test in
            let datastore = test.datastore
            let query = old
            try await datastore.commit((1...2_000).map { .upsert(log($0)) })
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var deleted = 0
                    while deleted < 2_000 { deleted += try await datastore.delete(matching: query, limit: 100) }
                }
                group.addTask { for id in 5_000..<5_200 { try await datastore.put(log(Int64(id))) } }
                try await group.waitForAll()
            }
            #expect(try await datastore.count(Query(kind: "Log")) == 200)
            #expect(try await test.number("SELECT count(*) FROM entry") == 200)
        }
    }

    @Test("Each chunk is told as it goes, and together they are what was removed")
    func progress() async throws {
        try await withDatastore(byTime) { test in
            try await test.datastore.commit((1...3_000).map { .upsert(log($0)) })
            let chunks = Mutex<[Int]>([])
            let deleted = try await test.datastore.delete(matching: old, limit: .max) { count in
                chunks.withLock { $0.append(count) }
            }
            #expect(deleted == 2_500)
            #expect(chunks.withLock { $0.reduce(0, +) } == 2_500)
            #expect(chunks.withLock { $0.count } > 1)
        }
    }

    @Test("A file in which is stored and purged again and again does not grow: pages are used again")
    func pagesAreReused() async throws {
        try await withDatastore(byTime) { test in
            var pages: [Int] = []
            for round in 0..<12 {
                let ids = (1...1_500).map { Int64(round * 1_500 + $0) }
                try await test.datastore.commit(ids.map { .upsert(log($0, extra: .string("some text of an event"))) })
                var query = old
                query.filters[0].value = .integer(ids[ids.count - 100])
                _ = try await test.datastore.delete(matching: query, limit: .max)
                pages.append(try await test.database.pageCounts().all)
            }
            #expect(pages[11] <= pages[2] + pages[2] / 10, "\(pages)")
        }
    }

    @Test("A query with a limit, an offset or a cursor is refused")
    func refusals() async throws {
        try await withDatastore(byTime) { test in
            for query in [
                Query(kind: "Log", limit: 1), Query(kind: "Log", offset: 1),
                Query(kind: "Log", start: Cursor(bytes: [])),
            ] {
                await expectError(.invalidArgument) { _ = try await test.datastore.delete(matching: query, limit: 1) }
            }
            let missing = Query(
                kind: "Log", filters: [PropertyFilter("a", .equal, .null)], orders: [PropertyOrder("t")])
            await expectError(.failedPrecondition) { _ = try await test.datastore.delete(matching: missing, limit: 1) }
        }
    }
}

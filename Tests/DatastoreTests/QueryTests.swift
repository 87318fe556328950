import Testing

@testable import Datastore

@Suite struct QueryTests {
    private func store(_ test: TestDatastore, _ count: Int64) async throws {
        try await test.datastore.commit(
            (1...count).map { id in
                .upsert(
                    Entity(
                        key: Key("T", id: id),
                        properties: ["n": .integer(id), "even": .boolean(id % 2 == 0), "even2": .boolean(id % 2 == 0)]))
            })
    }

    @Test("Pages hold at most a thousand results, and follow each other by cursor")
    func pages() async throws {
        try await withDatastore(DeclaredIndexes(properties: [.init(kind: "T", property: "n")])) { test in
            try await store(test, 2_300)
            for orders in [[], [PropertyOrder("n", .descending)]] {
                var query = Query(kind: "T", orders: orders, keysOnly: true)
                let first = try await test.datastore.run(query)
                #expect(first.results.count == 1_000 && first.more == .notFinished)
                query.start = first.endCursor
                let second = try await test.datastore.run(query)
                #expect(second.results.count == 1_000 && second.more == .notFinished)
                query.start = second.endCursor
                let third = try await test.datastore.run(query)
                #expect(third.results.count == 300 && third.more == .none)
                query.start = third.endCursor
                let fourth = try await test.datastore.run(query)
                #expect(fourth.results.isEmpty && fourth.more == .none && fourth.endCursor == third.endCursor)
            }
            #expect(try await test.datastore.count(Query(kind: "T")) == 2_300)
            #expect(try await test.datastore.count(Query(kind: "T"), upTo: 1_500) == 1_500)
            let some = Query(kind: "T", filters: [PropertyFilter("n", .greaterThan, .integer(1_000))])
            #expect(try await test.datastore.count(some) == 1_300)
            #expect(try await test.datastore.count(Query(kind: "T", offset: 2_299)) == 1)
            let found = try await test.datastore.all(some).count
            #expect(found == 1_300, "what an index counts is what it finds")
            let skipped = try await test.datastore.run(Query(kind: "T", limit: 3, offset: 1_500))
            #expect(skipped.results.map(\.stored.key.id) == [1_501, 1_502, 1_503] && skipped.skipped == 1_500)
        }
    }

    @Test("A page ends early when its entities are large")
    func largePages() async throws {
        try await withDatastore { test in
            let blob = Value.blob(Array(repeating: 7, count: 700_000), excludeFromIndexes: true)
            for id in 1...14 {
                try await test.datastore.put(Entity(key: Key("T", id: Int64(id)), properties: ["b": blob]))
            }
            let batch = try await test.datastore.run(Query(kind: "T"))
            #expect(batch.more == .notFinished && (2..<14).contains(batch.results.count))
            #expect(try await test.datastore.keys(Query(kind: "T")).count == 14)
        }
    }

    @Test("A cursor holds while entities come and go, and when an index takes over from a scan")
    func cursors() async throws {
        try await withDatastore { test in
            try await store(test, 10)
            var query = Query(kind: "T", orders: [PropertyOrder("n", .descending)], limit: 4)
            let first = try await test.datastore.run(query)
            #expect(first.results.map(\.stored.key.id) == [10, 9, 8, 7])
            try await test.datastore.commit([
                .delete(Key("T", id: 7)), .delete(Key("T", id: 9)), .delete(Key("T", id: 5)),
                .upsert(Entity(key: Key("T", id: 100), properties: ["n": .integer(6)])),
                .upsert(Entity(key: Key("T", id: 101), properties: ["n": .integer(50)])),
            ])
            try await test.buildIndexes()
            #expect(test.datastore.indexes().map(\.state) == [.ready])
            query.start = first.endCursor.flatMap { Cursor(text: $0.text) }
            let second = try await test.datastore.run(query)
            #expect(second.results.map(\.stored.key.id) == [6, 100, 4, 3])
            query.start = first.results[1].cursor
            #expect(try await test.datastore.run(query).results.map(\.stored.key.id) == [8, 6, 100, 4])
        }
    }

    @Test("A cursor of another query, or of nobody's, is refused; a bent one only finds other results")
    func wrongCursors() async throws {
        try await withDatastore { test in
            try await store(test, 5)
            let query = Query(kind: "T", orders: [PropertyOrder("n")], limit: 2)
            let cursor = try #require(try await test.datastore.run(query).endCursor)
            var others = [
                Query(kind: "U"), Query(kind: "T"), Query(kind: "T", orders: [PropertyOrder("n", .descending)]),
            ]
            others.append(Query(kind: "T", namespace: "n", orders: [PropertyOrder("n")]))
            others.append(Query(kind: "T", filters: [PropertyFilter("n", .greaterThan, .integer(0))]))
            for var other in others {
                other.start = cursor
                await expectError(.invalidArgument) { _ = try await test.datastore.run(other) }
                other.start = nil
                other.end = cursor
                await expectError(.invalidArgument) { _ = try await test.datastore.run(other) }
            }
            var random = SeededGenerator(31)
            for _ in 0..<200 {
                var bytes = cursor.bytes
                if random.chance(50) { bytes.removeLast(random.below(bytes.count)) }
                if !bytes.isEmpty { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
                var bent = query
                bent.start = Cursor(bytes: bytes)
                do {
                    _ = try await test.datastore.run(bent)
                } catch let error as DatastoreError {
                    #expect(error.code == .invalidArgument)
                }
            }
            #expect(Cursor(text: "?") == nil)
        }
    }

    @Test("A bent cursor does not reach out of the query's range")
    func bentCursor() async throws {
        try await withDatastore(DeclaredIndexes(properties: [.init(kind: "T", property: "n")])) { test in
            try await store(test, 9)
            for direction in [PropertyOrder.Direction.ascending, .descending] {
                let query = Query(
                    kind: "T",
                    filters: [
                        PropertyFilter("n", .greaterThan, .integer(3)), PropertyFilter("n", .lessThan, .integer(7)),
                    ], orders: [PropertyOrder("n", direction)])
                let fingerprint = try QueryShape(query).fingerprint
                for n in [Int64(1), 5, 9] {
                    let component = try #require(ValueEncoding.component(.integer(n)))
                    let order = direction == .ascending ? component : component.inverted
                    var resumed = query
                    resumed.start = Cursor(
                        QueryPosition(order: order, key: KeyEncoding.storage(Key("T", id: n))), fingerprint: fingerprint
                    )
                    let found = try await test.datastore.keys(resumed).compactMap(\.id)
                    let expected = (4...6).filter { direction == .ascending ? $0 > n : $0 < n }
                    #expect(found.sorted() == expected)
                }
            }
        }
    }

    @Test("Queries that Datastore's rules do not allow are refused")
    func rules() async throws {
        let n = PropertyFilter("n", .greaterThan, .integer(1))
        let wrong = [
            Query(kind: "T", filters: [n, PropertyFilter("m", .lessThan, .integer(1))]),
            Query(kind: "T", filters: [n], orders: [PropertyOrder("m")]),
            Query(kind: "T", filters: [n, PropertyFilter("__key__", .lessThan, .key(Key("T", id: 1)))]),
            Query(
                kind: "T", filters: [PropertyFilter("__key__", .lessThan, .key(Key("T", id: 1)))],
                orders: [PropertyOrder("n")]),
            Query(kind: "T", filters: [PropertyFilter("__key__", .equal, .integer(1))]),
            Query(kind: "T", filters: [PropertyFilter("__key__", .equal, .key(Key("T", id: 1, namespace: "n")))]),
            Query(kind: "T", filters: [PropertyFilter("__key__", .equal, .key(Key(incomplete: "T")))]),
            Query(kind: "T", filters: [PropertyFilter("n", .equal, .array([]))]),
            Query(kind: "T", filters: [PropertyFilter("n", .equal, .entity(EmbeddedEntity()))]),
            Query(kind: "T", filters: [PropertyFilter("n", .equal, .string(String(repeating: "x", count: 1_501)))]),
            Query(kind: "T", filters: [PropertyFilter("", .equal, .integer(1))]),
            Query(kind: "T", orders: [PropertyOrder("")]),
            Query(kind: ""), Query(kind: "T", limit: -1), Query(kind: "T", offset: -1),
            Query(kind: "T", ancestor: Key("P", id: 1, namespace: "n")),
            Query(kind: "T", ancestor: Key(incomplete: "P")),
            Query(kind: nil, filters: [PropertyFilter("n", .equal, .integer(1))]),
            Query(kind: nil, orders: [PropertyOrder("n")]),
            Query(kind: nil, orders: [PropertyOrder("__key__", .descending)]),
        ]
        try await withDatastore { test in
            try await store(test, 1)
            for query in wrong {
                await expectError(.invalidArgument) { _ = try await test.datastore.run(query) }
                await expectError(.invalidArgument) { _ = try await test.datastore.count(query) }
            }
        }
    }

    @Test("Several equalities need no composite index, with or without indexes on the properties")
    func equalities() async throws {
        let filters = [PropertyFilter("even", .equal, .boolean(true)), PropertyFilter("even2", .equal, .boolean(true))]
        let query = Query(kind: "T", filters: filters + [PropertyFilter("n", .equal, .integer(4))])
        try await withDatastore { test in
            try await store(test, 20)
            for _ in 0..<3 {
                #expect(try await test.datastore.keys(query) == [Key("T", id: 4)])
                #expect(try await test.datastore.keys(Query(kind: "T", filters: filters)).count == 10)
                try await test.buildIndexes()
            }
        }
    }

    @Test("Values that are excluded or too long are never found by their property")
    func unindexed() async throws {
        try await withDatastore { test in
            let long = String(repeating: "x", count: 1_501)
            try await test.datastore.commit([
                .upsert(Entity(key: Key("T", id: 1), properties: ["a": .string("x", excludeFromIndexes: true)])),
                .upsert(Entity(key: Key("T", id: 2), properties: ["a": .string(long)])),
                .upsert(Entity(key: Key("T", id: 3), properties: ["a": .string("x")])),
            ])
            for _ in 0..<2 {
                #expect(
                    try await test.datastore.keys(
                        Query(kind: "T", filters: [PropertyFilter("a", .equal, .string("x"))]))
                        == [Key("T", id: 3)])
                #expect(
                    try await test.datastore.keys(Query(kind: "T", orders: [PropertyOrder("a")])) == [Key("T", id: 3)])
                try await test.buildIndexes()
            }
            #expect(try await test.datastore.lookup(Key("T", id: 2))?["a"] == .string(long))
        }
    }

    @Test("Keys-only results have keys and versions, and no properties")
    func keysOnly() async throws {
        try await withDatastore { test in
            try await store(test, 2)
            let batch = try await test.datastore.run(Query(kind: "T", keysOnly: true))
            #expect(batch.entities == [Entity(key: Key("T", id: 1)), Entity(key: Key("T", id: 2))])
            #expect(batch.results.allSatisfy { $0.stored.version > 0 })
            let limited = try await test.datastore.run(Query(kind: "T", limit: 0))
            #expect(limited.results.isEmpty && limited.more == .afterLimit)
        }
    }
}

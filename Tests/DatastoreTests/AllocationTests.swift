import Testing

@testable import Datastore

@Suite struct AllocationTests {
    @Test("Ids are given once, below 2^53, by put and by allocation, also after the file was closed")
    func once() async throws {
        try await withDatastore { test in
            var ids: Set<Int64> = []
            for round in 0..<3 {
                for _ in 0..<20 {
                    let key = try await test.datastore.put(Entity(key: Key(incomplete: "T")))
                    #expect(ids.insert(try #require(key.id)).inserted)
                }
                let parent = Key("P", name: "p", namespace: "n")
                for key in try await test.datastore.allocateIDs(
                    Array(repeating: Key(incomplete: "T", parent: parent), count: 50))
                {
                    #expect(key.parent == parent && key.namespace == "n")
                    #expect(ids.insert(try #require(key.id)).inserted)
                }
                if round < 2 { try await test.reopen() }
            }
            #expect(ids.allSatisfy { $0 > 0 && $0 < 1 << 53 })
        }
    }

    @Test("Ids that others take at the same time never meet")
    func concurrent() async throws {
        try await withDatastore { test in
            let datastore = test.datastore
            let ids = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        var ids: [Int64] = []
                        for _ in 0..<20 {
                            ids.append(try await datastore.put(Entity(key: Key(incomplete: "T"))).id ?? 0)
                            ids.append(try await datastore.allocateIDs([Key(incomplete: "T")])[0].id ?? 0)
                            ids.append(
                                try await datastore.transaction { try $0.put(Entity(key: Key(incomplete: "T"))) }.id
                                    ?? 0)
                        }
                        return ids
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(ids).count == 1_200)
            #expect(try await datastore.count(Query(kind: "T")) == 800)
        }
    }

    @Test("An id that a client chose is never given, before or behind the front, stored or deleted again")
    func chosen() async throws {
        try await withDatastore { test in
            let first = try #require(try await test.datastore.put(Entity(key: Key(incomplete: "T"))).id)
            let chosen = [first + 1, first + 2, first + 5, first + 200_000]
            for id in chosen { try await test.datastore.put(Entity(key: Key("T", id: id))) }
            try await test.datastore.delete(Key("T", id: chosen[2]))
            try await test.datastore.delete(Key("T", id: chosen[3]))
            try await test.reopen()
            var given: Set<Int64> = []
            for _ in 0..<10 { given.insert(try await test.datastore.put(Entity(key: Key(incomplete: "T"))).id ?? 0) }
            #expect(given.isDisjoint(with: chosen))
            #expect(given.count == 10)
        }
    }

    @Test("A stored id that stands in the way is passed over")
    func collision() async throws {
        try await withDatastore { test in
            let first = try #require(try await test.datastore.put(Entity(key: Key(incomplete: "T"))).id)
            // Far ahead of the front, so that the allocator does not skip it when it is stored.
            let far = first + 1_000_500
            try await test.datastore.put(Entity(key: Key("T", id: far), properties: ["mine": .boolean(true)]))
            try await test.datastore.put(Entity(key: Key("X", id: far - 600_000)))
            try await test.datastore.put(Entity(key: Key("X", id: far - 1)))
            let put = try await test.datastore.put(Entity(key: Key(incomplete: "T")))
            #expect(put.id == far + 1)
            #expect(try await test.datastore.lookup(Key("T", id: far))?["mine"] == .boolean(true))
            try await test.datastore.put(Entity(key: Key("T", id: far + 1_500_000)))
            try await test.datastore.put(Entity(key: Key("X", id: far + 900_000)))
            try await test.datastore.put(Entity(key: Key("X", id: far + 1_499_999)))
            #expect(try await test.datastore.allocateIDs([Key(incomplete: "T")]) == [Key("T", id: far + 1_500_001)])
            await expectError(.invalidArgument) { _ = try await test.datastore.allocateIDs([Key("T", id: 1)]) }
        }
    }

    @Test("Versions rise with every commit, also after the file was closed")
    func versions() async throws {
        try await withDatastore { test in
            var last: Int64 = 0
            for round in 0..<3 {
                for _ in 0..<5 {
                    let result = try await test.datastore.commit([.upsert(Entity(key: Key("T", id: 1)))])
                    #expect(result[0].version > last)
                    last = result[0].version
                }
                if round < 2 { try await test.reopen() }
            }
        }
    }
}

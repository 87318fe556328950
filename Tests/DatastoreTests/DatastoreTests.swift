import Testing

@testable import Datastore

@Suite struct DatastoreTests {
    @Test("What is put is found, with version and times, and a later put replaces it")
    func put() async throws {
        try await withDatastore { test in
            let key = Key("Task", name: "t\0é")
            let before = Timestamp.now
            try await test.datastore.put(Entity(key: key, properties: ["a": .double(1), "": .string("\0")]))
            let first = try #require(try await test.datastore.lookup(key))
            #expect(first.entity == Entity(key: key, properties: ["a": .double(1), "": .string("\0")]))
            #expect(first.createTime >= before && first.createTime == first.updateTime)
            try await test.datastore.put(Entity(key: key, properties: ["b": .null]))
            let second = try #require(try await test.datastore.lookup(key))
            #expect(second.entity.properties == ["b": .null])
            #expect(second.version > first.version)
            #expect(second.createTime == first.createTime && second.updateTime >= first.updateTime)
            #expect(try await test.datastore.lookup(Key("Task", name: "t\0e\u{301}")) == nil)
        }
    }

    @Test("Insert, update and delete hold to whether the entity exists")
    func existence() async throws {
        try await withDatastore { test in
            let entity = Entity(key: Key("Task", id: 7), properties: ["a": .integer(1)])
            await expectError(.notFound) { try await test.datastore.update(entity) }
            try await test.datastore.insert(entity)
            await expectError(.alreadyExists) { try await test.datastore.insert(entity) }
            try await test.datastore.update(Entity(key: entity.key))
            #expect(try await test.datastore.lookup(entity.key)?.entity.properties.isEmpty == true)
            try await test.datastore.delete(entity.key)
            try await test.datastore.delete(entity.key)
            #expect(try await test.datastore.lookup(entity.key) == nil)
        }
    }

    @Test("A commit is stored whole or not at all, in order, under one version")
    func atomicity() async throws {
        try await withDatastore { test in
            let (a, b) = (Key("T", name: "a"), Key("T", name: "b"))
            let results = try await test.datastore.commit([
                .insert(Entity(key: a)), .delete(a), .upsert(Entity(key: a, properties: ["n": .integer(2)])),
                .insert(Entity(key: Key(incomplete: "T"))),
            ])
            #expect(Set(results.map(\.version)).count == 1)
            #expect(results.map(\.allocatedID) == [false, false, false, true])
            #expect(try await test.datastore.lookup(a)?["n"] == .integer(2))
            await expectError(.alreadyExists) {
                try await test.datastore.commit([
                    .upsert(Entity(key: b)), .delete(a), .insert(Entity(key: results[3].key)),
                ])
            }
            #expect(try await test.datastore.lookup([a, b]).map { $0 != nil } == [true, false])
            #expect(try await test.datastore.commit([]).isEmpty)
        }
    }

    @Test("A base version that does not hold leaves the entity as it is and says so")
    func baseVersion() async throws {
        try await withDatastore { test in
            let key = Key("T", id: 1)
            let absent = try await test.datastore.commit([Mutation(.upsert(Entity(key: key)), baseVersion: 0)])
            #expect(!absent[0].conflictDetected)
            let again = try await test.datastore.commit([
                Mutation(.upsert(Entity(key: key, properties: ["x": .null])), baseVersion: 0)
            ])
            #expect(again[0].conflictDetected && again[0].version == absent[0].version)
            #expect(try await test.datastore.lookup(key)?.entity.properties.isEmpty == true)
            let held = try await test.datastore.commit([Mutation(.delete(key), baseVersion: absent[0].version)])
            #expect(!held[0].conflictDetected)
            #expect(try await test.datastore.lookup(key) == nil)
        }
    }

    @Test("Keys and entities that cannot be are refused before they reach the disk")
    func refusals() async throws {
        let long = String(repeating: "k", count: 1_501)
        let deep = (0..<102).reduce(Value.null) { value, _ in .array([value]) }
        let wrong: [Entity] = [
            Entity(key: Key(path: [])), Entity(key: Key("", id: 1)), Entity(key: Key("K", id: 0)),
            Entity(key: Key("K", id: -1)), Entity(key: Key("K", name: "")), Entity(key: Key("K", name: long)),
            Entity(key: Key(long, id: 1)), Entity(key: Key("K", id: 1, namespace: long)),
            Entity(key: Key("K", id: 1, parent: Key(incomplete: "P"))),
            Entity(key: Key(path: Array(repeating: PathElement("K", .id(1)), count: 101))),
            Entity(key: Key("K", id: 1), properties: ["a": .key(Key(incomplete: "P"))]),
            Entity(key: Key("K", id: 1), properties: ["a": .key(Key("", id: 1))]),
            Entity(key: Key("K", id: 1), properties: ["a": .blob(Array(repeating: 0, count: 1_200_000))]),
            Entity(key: Key("K", id: 1), properties: ["a": deep]),
        ]
        try await withDatastore { test in
            for entity in wrong { await expectError(.invalidArgument) { try await test.datastore.put(entity) } }
            await expectError(.invalidArgument) { try await test.datastore.update(Entity(key: Key(incomplete: "K"))) }
            await expectError(.invalidArgument) { try await test.datastore.delete(Key(incomplete: "K")) }
            await expectError(.invalidArgument) { _ = try await test.datastore.lookup(Key("K", id: 0)) }
            let rows = try await test.number("SELECT count(*) FROM entity")
            #expect(rows == 0)
        }
    }

    @Test("A text of one mebibyte and values nested a hundred deep are stored")
    func large() async throws {
        try await withDatastore(DeclaredIndexes(properties: [.init(kind: "K", property: "deep")])) { test in
            let deep = (0..<100).reduce(Value.integer(1)) { value, depth in
                depth % 2 == 0 ? .array([value]) : .entity(EmbeddedEntity(properties: ["p": value]))
            }
            let text = String(repeating: "\u{7F}", count: 1 << 20)
            let entity = Entity(key: Key("K", id: 1), properties: ["text": .string(text), "deep": deep])
            try await test.datastore.put(entity)
            #expect(try await test.datastore.lookup(entity.key)?.entity == entity)
        }
    }

    @Test("Values nested a hundred deep are read on every thread that reads them")
    func deep() async throws {
        try await withDatastore(DeclaredIndexes(properties: [.init(kind: "K", property: "deep")])) { test in
            let deep = (0..<100).reduce(Value.integer(1)) { value, _ in
                .entity(EmbeddedEntity(properties: ["p": value]))
            }
            let entity = Entity(key: Key("K", id: 1), properties: ["deep": deep])
            // The second put reads the first on the writer's thread, the transaction on a reader's.
            try await test.datastore.put(entity)
            try await test.datastore.put(entity)
            #expect(try await test.datastore.transaction { try $0.get(entity.key) } == entity)
            #expect(try await test.datastore.delete(matching: Query(kind: "K"), limit: 1) == 1)
        }
    }

    @Test("Random entities come back exactly, and again after the file was closed and opened")
    func roundTrip() async throws {
        try await withDatastore { test in
            var random = SeededGenerator(21)
            var entities: [Key: Properties] = [:]
            for _ in 0..<300 { entities[random.key()] = random.properties() }
            try await test.datastore.commit(entities.map { .upsert(Entity(key: $0.key, properties: $0.value)) })
            for pass in 0..<2 {
                for (key, properties) in entities {
                    #expect(try await test.datastore.lookup(key)?.entity.properties == properties)
                }
                if pass == 0 { try await test.reopen() }
            }
        }
    }

    @Test("What outsiders may not touch is named")
    func outside() throws {
        let inArray: Value = .array([.entity(EmbeddedEntity(properties: ["__p__": .null]))])
        let refused = [
            Entity(key: Key("K", id: 1, namespace: "__trivet__")), Entity(key: Key("__K__", id: 1)),
            Entity(key: Key("K", name: "__n__")), Entity(key: Key("K", id: 1), properties: ["": .null]),
            Entity(key: Key("K", id: 1), properties: ["__p__": .null]),
            Entity(key: Key("K", id: 1), properties: ["a": inArray]),
        ]
        for entity in refused {
            #expect(throws: DatastoreError.self) { try EntityRules.checkFromOutside(entity) }
        }
        try EntityRules.checkFromOutside(Entity(key: Key("K", id: 1, namespace: "n"), properties: ["__p": .null]))
        #expect(Key("K", id: 1, namespace: Key.platformNamespace).isPlatform)
    }

    @Test("Kinds and namespaces are listed in the order of their bytes, with counts")
    func kinds() async throws {
        try await withDatastore { test in
            try await test.datastore.commit(
                (1...7).map { .upsert(Entity(key: Key("B", id: $0, parent: Key("A", name: "p")))) }
                    + [
                        .upsert(Entity(key: Key("A", id: 1))), .upsert(Entity(key: Key("A\0", id: 1))),
                        .upsert(Entity(key: Key("Z", id: 1, namespace: Key.platformNamespace))),
                    ])
            #expect(
                try await test.datastore.kinds() == [
                    KindSummary(kind: "A", entities: 1), KindSummary(kind: "A\0", entities: 1),
                    KindSummary(kind: "B", entities: 7),
                ])
            #expect(try await test.datastore.kinds(namespace: "none").isEmpty)
            #expect(try await test.datastore.namespaces() == ["", Key.platformNamespace])
        }
    }
}

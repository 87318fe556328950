import Foundation
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Datastore

@Suite struct IndexTests {
    private let byName = IndexDefinition(kind: "Message", properties: [.init("name"), .init("timestamp")])

    private var retrieve: Query {
        Query(
            kind: "Message", filters: [PropertyFilter("name", .equal, .string("Bob"))],
            orders: [PropertyOrder("timestamp")])
    }

    private func message(_ id: Int64, _ name: String = "Bob") -> Entity {
        Entity(
            key: Key("Message", id: id),
            properties: [
                "name": .string(name), "message": .string("m\(id)"),
                "timestamp": .timestamp(Timestamp(microseconds: 1_000 - id)),
            ])
    }

    @Test("The lab's query works with its index; without it the lab's error names the index to create")
    func lab() async throws {
        try await withDatastore(DeclaredIndexes(composites: [byName])) { test in
            #expect(test.datastore.indexes().map(\.state) == [.ready])
            try await test.datastore.commit((1...5).map { .insert(message($0)) } + [.insert(message(9, "Ann"))])
            #expect(try await test.datastore.keys(retrieve).map(\.id) == [5, 4, 3, 2, 1])
            try await test.datastore.deleteIndex(try #require(test.datastore.indexes().first).id)
            for round in 0..<2 {
                await #expect {
                    _ = try await test.datastore.run(retrieve)
                } throws: { error in
                    (error as? DatastoreError)?.code == .failedPrecondition
                        && "\(error)" == """
                            no matching index found. recommended index is:
                            - kind: Message
                              properties:
                              - name: name
                              - name: timestamp
                            """
                }
                // What was deleted stays deleted, and so do its entries.
                if round == 0 { try await test.reopen() }
                try await test.buildIndexes()
                #expect(test.datastore.indexes().isEmpty)
                #expect(try await test.number("SELECT count(*) FROM entry") == 0)
            }
        }
    }

    @Test("A new index is not ready until what was there is in it, and says so")
    func states() async throws {
        try await withDatastore { test in
            try await test.datastore.commit((1...500).map { .insert(message($0)) })
            let index = try await test.datastore.createIndex(byName)
            #expect(index.state == .creating && index.origin == .composite)
            await #expect {
                _ = try await test.datastore.run(retrieve)
            } throws: { error in
                (error as? DatastoreError)?.code == .failedPrecondition && "\(error)".hasPrefix("index not ready")
            }
            await expectError(.alreadyExists) { try await test.datastore.createIndex(byName) }
            try await test.buildIndexes()
            #expect(test.datastore.indexes().map(\.state) == [.ready])
            #expect(try await test.datastore.keys(retrieve).count == 500)
            await expectError(.notFound) { try await test.datastore.deleteIndex(99) }
        }
    }

    @Test("A store of a message is one row and one entry, a log of twenty properties too")
    func cost() async throws {
        let declared = DeclaredIndexes(
            properties: [.init(kind: "StorageLog", property: "timestamp")], composites: [byName])
        try await withDatastore(declared) { test in
            try await test.datastore.put(message(1))
            #expect(try await test.number("SELECT count(*) FROM entry") == 1)
            var log = Entity(key: Key("StorageLog", name: "1"), properties: ["timestamp": .timestamp(.now)])
            for number in 0..<20 { log["p\(number)"] = .integer(1) }
            try await test.datastore.put(log)
            try await test.datastore.put(log)
            #expect(try await test.number("SELECT count(*) FROM entry") == 2)
            #expect(try await test.number("SELECT count(*) FROM entity") == 2)
        }
    }

    @Test("A query on a property without index is answered, and has it indexed")
    func registration() async throws {
        try await withDatastore { test in
            try await test.datastore.commit((1...300).map { .insert(message($0)) })
            let query = Query(kind: "Message", orders: [PropertyOrder("timestamp", .descending)])
            let scanned = try await test.datastore.keys(query)
            #expect(scanned.first?.id == 1 && scanned.count == 300)
            #expect(test.datastore.indexes().isEmpty)
            try await test.buildIndexes()
            #expect(test.datastore.indexes().map(\.origin) == [.registered])
            #expect(try await test.number("SELECT count(*) FROM entry") == 300)
            #expect(try await test.datastore.keys(query) == scanned)
            try await test.reopen()
            #expect(test.datastore.indexes().map(\.state) == [.ready])
        }
    }

    @Test("The service builds what is asked for while it runs, and stops when it is told to")
    func service() async throws {
        try await withDatastore { test in
            let datastore = test.datastore
            try await datastore.commit((1...900).map { .insert(message($0)) })
            let group = ServiceGroup(
                configuration: .init(services: [.init(service: datastore)], logger: TestDatastore.quiet))
            async let running: Void = group.run()
            try await datastore.createIndex(byName)
            _ = try await datastore.run(
                Query(kind: "Message", filters: [PropertyFilter("name", .equal, .string("Bob"))]))
            await eventually { datastore.indexes().count(where: { $0.state == .ready }) >= 2 }
            #expect(datastore.indexes().map(\.state) == [.ready, .ready])
            await group.triggerGracefulShutdown()
            try await running
        }
    }

    @Test("A backfill under concurrent writes misses nothing and keeps nothing that is gone")
    func concurrentWrites() async throws {
        try await withDatastore { test in
            let datastore = test.datastore
            try await datastore.commit((1...1_200).map { .insert(message($0)) })
            let definition = byName
            let query = retrieve
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await datastore.createIndex(definition)
                    while try await datastore.indexer.step() {}
                }
                for task in 0..<4 {
                    group.addTask {
                        var random = SeededGenerator(UInt64(task))
                        for _ in 0..<150 {
                            let id = Int64(1 + random.below(1_500))
                            switch random.below(3) {
                            case 0: try await datastore.delete(Key("Message", id: id))
                            case 1: try await datastore.put(message(id, "Ann"))
                            default: try await datastore.put(message(id))
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await test.buildIndexes()
            let bobs = try await datastore.all(Query(kind: "Message")).filter { $0["name"] == .string("Bob") }
            let expected = bobs.sorted {
                ($0["timestamp"]?.timestamp ?? .latest) < ($1["timestamp"]?.timestamp ?? .latest)
            }
            #expect(try await datastore.keys(query) == expected.map(\.key))
            #expect(try await test.orphans() == 0)
            #expect(
                try await test.number("SELECT count(*) FROM entry")
                    == (try await datastore.count(Query(kind: "Message"))))
        }
    }

    @Test("After a kill in the middle of a backfill it goes on where it stood, and no id or version comes again")
    func kill() async throws {
        let original = try await TestDatastore()
        try await original.datastore.commit((1...1_000).map { .insert(message($0)) })
        try await original.datastore.createIndex(byName)
        _ = try await original.datastore.indexer.step()
        let before = try await original.datastore.commit([.upsert(Entity(key: Key(incomplete: "T")))])
        // What a kill leaves is what stands in the files.
        let killed = try await original.copyOfFiles()
        #expect(killed.datastore.indexes().map(\.state) == [.creating])
        #expect(try await killed.number("SELECT count(*) FROM entry") == 400)
        try await killed.buildIndexes()
        #expect(try await killed.datastore.keys(retrieve).count == 1_000)
        let after = try await killed.datastore.commit([.upsert(Entity(key: Key(incomplete: "T")))])
        #expect(after[0].version > before[0].version)
        #expect((after[0].key.id ?? 0) > (before[0].key.id ?? 0))
        try await killed.remove()
        try await original.remove()
    }

    @Test("Definitions that cannot be are refused")
    func refusals() async throws {
        let wrong = [
            IndexDefinition(kind: "", properties: [.init("a"), .init("b")]),
            IndexDefinition(kind: "K", properties: []), IndexDefinition(kind: "K", properties: [.init("a")]),
            IndexDefinition(kind: "K", properties: [.init("a"), .init("")]),
            IndexDefinition(kind: "K", properties: [.init("a"), .init("a", .descending)]),
            IndexDefinition(kind: "K", ancestor: true, properties: []),
            IndexDefinition(kind: "K", properties: (0..<101).map { .init("p\($0)") }),
        ]
        try await withDatastore { test in
            for definition in wrong {
                await expectError(.invalidArgument) { try await test.datastore.createIndex(definition) }
            }
            #expect(test.datastore.indexes().isEmpty)
            _ = try await test.datastore.createIndex(
                IndexDefinition(kind: "K", ancestor: true, properties: [.init("a")]))
        }
    }

    @Test("Two who create the same index at once make one")
    func twice() async throws {
        try await withDatastore { test in
            let (datastore, definition) = (test.datastore, byName)
            let created = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 { group.addTask { (try? await datastore.createIndex(definition)) != nil } }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(created == 1)
            #expect(datastore.indexes().count == 1)
        }
    }

    @Test("An index that cannot be built does not hold up the others")
    func unbuildable() async throws {
        try await withDatastore { test in
            let many = Value.array((0..<200).map { .integer($0) })
            try await test.datastore.put(Entity(key: Key("K", id: 1), properties: ["a": many, "b": many]))
            let impossible = IndexDefinition(kind: "K", properties: [.init("a"), .init("b")])
            #expect(try await test.datastore.createIndex(impossible).state == .creating)
            try await test.datastore.commit((1...300).map { .insert(message($0)) })
            try await test.datastore.createIndex(byName)
            await expectError(.invalidArgument) { try await test.buildIndexes() }
            #expect(test.datastore.indexes().map(\.state) == [.creating, .ready])
            #expect(try await test.datastore.keys(retrieve).count == 300)
        }
    }

    @Test("An entity with too many combinations of values is refused, not stored in part")
    func explosion() async throws {
        let definition = IndexDefinition(kind: "K", properties: [.init("a"), .init("b")])
        try await withDatastore(DeclaredIndexes(composites: [definition])) { test in
            let many = Value.array((0..<200).map { .integer($0) })
            await expectError(.invalidArgument) {
                try await test.datastore.put(Entity(key: Key("K", id: 1), properties: ["a": many, "b": many]))
            }
            let stored = try await test.datastore.lookup(Key("K", id: 1))
            #expect(stored == nil)
        }
    }

    @Test("Definitions are written as index.yaml has them, names that are no words in quotes")
    func yaml() {
        let definition = IndexDefinition(
            kind: "a: b", ancestor: true, properties: [.init("yes"), .init("x.y", .descending), .init("1")])
        #expect(
            definition.yaml == """
                - kind: "a: b"
                  ancestor: yes
                  properties:
                  - name: "yes"
                  - name: x.y
                    direction: desc
                  - name: "1"
                """)
    }
}

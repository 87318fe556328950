import Testing

@testable import Datastore

/// Random operations on the datastore and on the model beside it, whose answers must agree at every step.
@Suite struct ModelTests {
    @Test("Thousands of random steps agree with a naive model", arguments: [11, 12, 13])
    func agreement(seed: UInt64) async throws {
        try await withDatastore(DeclaredIndexes(properties: [.init(kind: "A", property: "p")])) { test in
            var run = ModelRun(test, seed)
            for step in 0..<1_200 { try await run.step(step) }
            try await run.checkEntries()
        }
    }
}

/// One run of the comparison.
private struct ModelRun {
    let test: TestDatastore
    var random: SeededGenerator
    var model = QueryModel()

    init(_ test: TestDatastore, _ seed: UInt64) {
        self.test = test
        random = SeededGenerator(seed)
    }

    private var datastore: Datastore { test.datastore }

    mutating func step(_ step: Int) async throws {
        switch random.below(100) {
        case 0..<30: try await put()
        case 30..<36: try await delete()
        case 36..<42: try await commitSeveral()
        case 42..<46: try await transact()
        case 46..<50: try await lookup()
        case 50..<52: try await deleteMatching(step)
        case 52..<58: _ = try await datastore.indexer.step()
        case 58: try await test.buildIndexes()
        case 59: try await removeIndex()
        case 60 where step % 7 == 0: try await test.reopen()
        case 60..<70: try await count(step)
        default: try await query(step)
        }
    }

    private mutating func put() async throws {
        let entity = random.smallEntity()
        try await datastore.put(entity)
        model.entities[entity.key] = entity.properties
    }

    private mutating func delete() async throws {
        let key = random.smallKey()
        try await datastore.delete(key)
        model.entities[key] = nil
    }

    private mutating func commitSeveral() async throws {
        var after = model
        var mutations: [Mutation] = []
        var mustFail = false
        for _ in 0..<4 {
            let entity = random.smallEntity()
            let exists = after.entities[entity.key] != nil
            switch random.below(4) {
            case 0:
                mutations.append(.insert(entity))
                mustFail = mustFail || exists
                after.entities[entity.key] = entity.properties
            case 1:
                mutations.append(.update(entity))
                mustFail = mustFail || !exists
                after.entities[entity.key] = entity.properties
            case 2:
                mutations.append(.delete(entity.key))
                after.entities[entity.key] = nil
            default:
                mutations.append(.upsert(entity))
                after.entities[entity.key] = entity.properties
            }
        }
        do {
            try await datastore.commit(mutations)
            #expect(!mustFail)
            model = after
        } catch let error as DatastoreError {
            #expect(mustFail)
            #expect(error.code == .alreadyExists || error.code == .notFound)
        }
    }

    private mutating func transact() async throws {
        let entities = (0..<3).map { _ in random.smallEntity() }
        let fails = random.chance(30)
        struct Stop: Error {}
        let before = model
        do {
            try await datastore.transaction { transaction in
                for entity in entities {
                    #expect(
                        try transaction.get(entity.key)
                            == before.entities[entity.key].map { Entity(key: entity.key, properties: $0) }
                            || entities.filter { $0.key == entity.key }.count > 1)
                    try transaction.put(entity)
                    #expect(try transaction.get(entity.key) == entity)
                }
                try transaction.delete(entities[0].key)
                #expect(try transaction.get(entities[0].key) == nil)
                if fails { throw Stop() }
            }
        } catch is Stop {
            return
        }
        for entity in entities { model.entities[entity.key] = entity.properties }
        model.entities[entities[0].key] = nil
    }

    private mutating func lookup() async throws {
        let keys = (0..<5).map { _ in random.smallKey() }
        let found = try await datastore.lookup(keys)
        #expect(found.map { $0?.entity.properties } == keys.map { model.entities[$0] })
    }

    private mutating func deleteMatching(_ step: Int) async throws {
        let query = random.query()
        let limit = 1 + random.below(5)
        let expected = model.results(query).prefix(limit)
        try await ensureIndex(query) {
            let deleted = try await datastore.delete(matching: query, limit: limit)
            #expect(deleted == expected.count, "step \(step): \(query)")
        }
        for key in expected { model.entities[key] = nil }
    }

    private mutating func count(_ step: Int) async throws {
        let query = random.query()
        let upTo = random.chance(30) ? random.below(4) : nil
        let expected = min(model.results(query).count, upTo ?? .max)
        try await ensureIndex(query) {
            let count = try await datastore.count(query, upTo: upTo)
            #expect(count == expected, "step \(step): \(query)")
        }
    }

    private mutating func removeIndex() async throws {
        let indexes = datastore.indexes().filter { $0.state == .ready }
        guard !indexes.isEmpty else { return }
        try await datastore.deleteIndex(random.pick(indexes).id)
    }

    /// A query whole, and the same in pages of few results, with writes of other entities in between.
    private mutating func query(_ step: Int) async throws {
        var query = random.query()
        query.keysOnly = random.chance(30)
        let expected = model.results(query)
        let entities = model.entities
        try await ensureIndex(query) {
            let stored = try await datastore.all(query)
            #expect(stored.map(\.key) == expected, "step \(step): \(query)")
            if !query.keysOnly { #expect(stored.map(\.entity.properties) == expected.compactMap { entities[$0] }) }
        }
        query.limit = 1 + random.below(4)
        query.offset = random.below(3)
        try await page(query, expected, step)
    }

    private mutating func page(_ query: Query, _ expected: [Key], _ step: Int) async throws {
        let limit = query.limit ?? 0
        var paged = query
        var keys: [Key] = []
        var middle: Cursor?
        while true {
            let batch: QueryBatch
            do {
                batch = try await datastore.run(paged)
            } catch let error as DatastoreError where error.code == .failedPrecondition {
                return
            }
            keys += batch.results.map(\.stored.key)
            #expect(batch.more == (keys.count + query.offset < expected.count ? .afterLimit : .none), "step \(step)")
            guard batch.more == .afterLimit else { break }
            #expect(batch.results.count == limit)
            if middle == nil { middle = batch.endCursor }
            paged.start = batch.endCursor
            paged.offset = 0
            // What answers the query may change between pages; cursors hold all the same.
            if random.chance(20) { _ = try await datastore.indexer.step() }
        }
        #expect(keys == Array(expected.dropFirst(query.offset)), "step \(step): \(query)")
        guard let middle else { return }
        var upTo = query
        upTo.limit = nil
        upTo.end = middle
        let first = try await datastore.keys(upTo)
        #expect(first == Array(expected.dropFirst(query.offset).prefix(limit)), "step \(step): \(query)")
    }

    /// Runs the body; where a composite index is missing, checks the recommendation, creates it, and runs it again.
    private func ensureIndex(_ query: Query, _ body: () async throws -> Void) async throws {
        do {
            return try await body()
        } catch let error as DatastoreError where error.code == .failedPrecondition {
            if error.message.hasPrefix("no matching index found. recommended index is:\n") {
                try await createRecommended(query, error.message)
            } else {
                #expect(error.message.hasPrefix("index not ready"))
            }
        }
        try await test.buildIndexes()
        try await body()
    }

    private func createRecommended(_ query: Query, _ message: String) async throws {
        let equalities = query.filters.filter { $0.comparison == .equal && $0.property != "__key__" }
        var properties: [IndexDefinition.Property] = []
        for filter in equalities where !properties.contains(where: { $0.name == filter.property }) {
            properties.append(.init(filter.property))
        }
        properties += model.effectiveOrders(query, equalities).map { .init($0.property, $0.direction) }
        let definition = IndexDefinition(
            kind: query.kind ?? "", ancestor: query.ancestor != nil, properties: properties)
        #expect(message == "no matching index found. recommended index is:\n\(definition.yaml)")
        try await datastore.createIndex(definition)
    }

    /// At the end every index must hold exactly the entries that its entities make.
    func checkEntries() async throws {
        try await test.buildIndexes()
        #expect(try await test.orphans() == 0)
        let catalogue = datastore.indexer.catalogue
        let entities = model.entities
        for index in catalogue.indexes.values {
            var expected: Set<EntryRow> = []
            for (key, properties) in entities where key.kind.utf8.elementsEqual(index.definition.kind.utf8) {
                expected.formUnion(
                    try EntryMaker.entries(
                        key: key, storage: KeyEncoding.storage(key), properties: properties, indexes: [index]))
            }
            let stored = try await datastore.engine.read { snapshot in
                try snapshot.entries(
                    EntryScan(
                        index: index.id, values: ByteRange(lower: [], upper: nil), descending: false, after: nil,
                        limit: 1_000_000, properties: false)
                ).map { EntryRow(index: index.id, value: $0.value, entity: $0.entity.key) }
            }
            let difference = Set(stored).symmetricDifference(expected)
            #expect(difference.isEmpty, "\(index.definition.yaml)")
            #expect(stored.count == expected.count)
        }
    }
}

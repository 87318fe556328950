import CoreMetrics
import Database
import Datastore
import Foundation
import GRDB
import Logging
import SQLiteEngine
import Testing

@Suite struct SQLiteEngineTests {
    private let row = EntityRow(
        key: [0, 1, 2], version: 1, createTime: 2, updateTime: 3,
        properties: Array(#"{"a":{"stringValue":"\u0000"}}"#.utf8))

    /// Runs the body on an engine in a folder of its own.
    private func withEngine(_ body: (SQLiteEngine, DatabaseFile) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "trivet-engine-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let configuration = DatabaseConfiguration(
            path: folder + "/state.db", applicationID: 1, synchronous: .normal, migrations: SQLiteEngine.migrations,
            name: "state")
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let database = try DatabaseFile.open(
            configuration, metrics: NOOPMetricsHandler.instance, logger: logger, onFatalError: { _ in })
        try await body(SQLiteEngine(database: database), database)
        try await database.close()
    }

    @Test("A row comes back as it was, is inserted once only, and can be replaced and removed")
    func rows() async throws {
        try await withEngine { engine, _ in
            let row = row
            let replaced = EntityRow(
                key: row.key, version: 9, createTime: 8, updateTime: 7, properties: Array("{}".utf8))
            #expect(try await engine.write { try $0.insert(row) })
            #expect(try await !engine.write { try $0.insert(replaced) })
            #expect(try await engine.read { try $0.entity(at: row.key, properties: true) } == row)
            #expect(try await engine.read { try $0.entity(at: row.key, properties: false) }?.properties == [])
            try await engine.write { try $0.replace(replaced) }
            #expect(try await engine.read { try $0.entity(at: row.key, properties: true) } == replaced)
            try await engine.write { try $0.deleteEntities([row.key, [9]]) }
            #expect(try await engine.read { try $0.entity(at: row.key, properties: true) } == nil)
        }
    }

    @Test("Whoever looks into the file with sqlite3 reads the properties as JSON text")
    func readable() async throws {
        try await withEngine { engine, database in
            let row = row
            _ = try await engine.write { try $0.insert(row) }
            let seen = try await database.read { connection in
                try String.fetchAll(
                    connection,
                    sql: """
                        SELECT typeof(properties) FROM entity UNION ALL SELECT properties FROM entity
                        UNION ALL SELECT json_type(properties, '$.a.stringValue') FROM entity
                        """)
            }
            #expect(seen == ["text", #"{"a":{"stringValue":"\u0000"}}"#, "text"])
        }
    }

    @Test("A closure that throws leaves nothing of what it wrote")
    func rollback() async throws {
        struct Stop: Error {}
        try await withEngine { engine, _ in
            let row = row
            await #expect(throws: Stop.self) {
                try await engine.write { transaction in
                    _ = try transaction.insert(row)
                    try transaction.insertEntries([EntryRow(index: 1, value: [1], entity: row.key)])
                    try transaction.setRegister("r", [1])
                    throw Stop()
                }
            }
            let left = try await engine.read { snapshot in
                (try snapshot.entity(at: row.key, properties: false), try snapshot.register("r"))
            }
            #expect(left.0 == nil && left.1 == nil)
        }
    }

    /// Nine entities, three to a value: (10: 1 2 3), (20: 4 5 6), (30: 7 8 9).
    private func fill(_ engine: SQLiteEngine) async throws {
        try await engine.write { transaction in
            for number in UInt8(1)...9 {
                let row = EntityRow(key: [number], version: 1, createTime: 1, updateTime: 1, properties: [])
                _ = try transaction.insert(row)
                let value = 10 * ((number - 1) / 3 + 1)
                try transaction.insertEntries([
                    EntryRow(index: 1, value: [value], entity: [number]),
                    EntryRow(index: 2, value: [7], entity: [number]),
                ])
            }
        }
    }

    @Test("Scans of entries go up or down by value, up by entity, in ranges, from any place")
    func scans() async throws {
        try await withEngine { engine, _ in
            try await fill(engine)
            func scan(
                _ lower: UInt8, _ upper: UInt8?, _ descending: Bool, after: (UInt8, UInt8)? = nil, limit: Int = 100
            ) async throws -> [UInt8] {
                let scan = EntryScan(
                    index: 1, values: ByteRange(lower: [lower], upper: upper.map { [$0] }), descending: descending,
                    after: after.map { ([$0.0], [$0.1]) }, limit: limit, properties: false)
                return try await engine.read { try $0.entries(scan).map { $0.entity.key[0] } }
            }
            #expect(try await scan(0, nil, false) == [1, 2, 3, 4, 5, 6, 7, 8, 9])
            #expect(try await scan(0, nil, true) == [7, 8, 9, 4, 5, 6, 1, 2, 3])
            #expect(try await scan(20, 30, false) == [4, 5, 6])
            #expect(try await scan(11, nil, true) == [7, 8, 9, 4, 5, 6])
            #expect(try await scan(0, nil, false, after: (20, 5)) == [6, 7, 8, 9])
            #expect(try await scan(0, nil, true, after: (20, 5)) == [6, 1, 2, 3])
            #expect(try await scan(20, nil, true, after: (20, 5)) == [6])
            #expect(try await scan(0, nil, true, after: (30, 7), limit: 3) == [8, 9, 4])
            #expect(try await scan(0, 30, false, after: (20, 6)) == [])
            #expect(try await scan(0, nil, false, limit: 2) == [1, 2])
        }
    }

    @Test("Scans of entities, counts and the register know their ranges")
    func ranges() async throws {
        try await withEngine { engine, _ in
            try await fill(engine)
            try await engine.read { snapshot in
                func keys(_ range: ByteRange, _ descending: Bool) throws -> [UInt8] {
                    try snapshot.entities(in: range, descending: descending, limit: 3, properties: true).map {
                        $0.key[0]
                    }
                }
                #expect(try keys(ByteRange(lower: [4], upper: nil), false) == [4, 5, 6])
                #expect(try keys(ByteRange(lower: [4], upper: [8]), true) == [7, 6, 5])
                let all = try snapshot.countEntities(in: ByteRange(lower: [], upper: nil), limit: 100)
                #expect(all.count == 9 && all.last == [9])
                let some = try snapshot.countEntities(in: ByteRange(lower: [2], upper: [9]), limit: 3)
                #expect(some.count == 3 && some.last == [4])
                let none = try snapshot.countEntities(in: ByteRange(lower: [10], upper: nil), limit: 3)
                #expect(none.count == 0 && none.last == nil)
            }
            try await engine.write { transaction in
                for name in ["a/1", "a/2", "a", "b", "a0"] { try transaction.setRegister(name, Array(name.utf8)) }
                try transaction.setRegister("a/2", nil)
            }
            let found = try await engine.read { try $0.registers(prefix: "a/").map(\.name) }
            #expect(found == ["a/1"])
        }
    }

    @Test("Entries are counted by the index alone, page by page, from a place on")
    func counts() async throws {
        try await withEngine { engine, _ in
            let entries = (0..<25).map { EntryRow(index: 5, value: [UInt8($0 / 3)], entity: [UInt8($0)]) }
            try await engine.write { try $0.insertEntries(entries + [EntryRow(index: 6, value: [1], entity: [1])]) }
            for (range, expected) in [
                (ByteRange(lower: [], upper: nil), 25), (ByteRange(lower: [2], upper: [5]), 9),
                (ByteRange(lower: [8], upper: nil), 1), (ByteRange(lower: [9], upper: nil), 0),
            ] {
                for limit in [1, 3, 4, 100] {
                    var total = 0
                    var place: (value: [UInt8], entity: [UInt8])?
                    repeat {
                        let after = place
                        let page = try await engine.read {
                            try $0.countEntries(index: 5, in: range, after: after, limit: limit)
                        }
                        total += page.count
                        place = page.last
                    } while place != nil
                    #expect(total == expected, "\(range), by \(limit)")
                }
            }
        }
    }

    @Test("Ranges of entries go with their entities, many rows in batches, one index and not another")
    func deletes() async throws {
        try await withEngine { engine, database in
            func entries(_ index: Int) async throws -> Int {
                try await database.read { connection in
                    try Int.fetchOne(
                        connection, sql: "SELECT count(*) FROM entry WHERE index_id = ?", arguments: [index]) ?? 0
                }
            }
            try await fill(engine)
            let range = ByteRange(lower: [10], upper: [30])
            #expect(try await engine.write { try $0.deleteEntriesAndEntities(index: 1, in: range, limit: 4) } == 4)
            #expect(try await engine.write { try $0.deleteEntriesAndEntities(index: 1, in: range, limit: 4) } == 2)
            #expect(try await engine.write { try $0.deleteEntriesAndEntities(index: 1, in: range, limit: 4) } == 0)
            #expect(try await entries(1) == 3)
            #expect(try await entries(2) == 9)
            #expect(try await engine.write { try $0.deleteEntries(index: 2, limit: 5) } == 5)
            #expect(try await engine.write { try $0.deleteEntries(index: 2, limit: 5) } == 4)
            #expect(try await engine.write { try $0.deleteEntries(index: 2, limit: 5) } == 0)
            #expect(try await entries(1) == 3)
            let all = ByteRange(lower: [], upper: nil)
            #expect(try await engine.write { try $0.deleteEntities(in: all, limit: 2) } == 2)
            #expect(try await engine.write { try $0.deleteEntities(in: all, limit: 2) } == 1)

            let many = (0..<250).map { number in
                EntryRow(index: 3, value: [UInt8(number)], entity: [UInt8(number % 7), 0])
            }
            try await engine.write { transaction in
                try transaction.insertEntries(many + many)
                try transaction.deleteEntries(Array(many.dropLast(10)) + many.prefix(3))
            }
            #expect(try await entries(3) == 10)
        }
    }

    @Test("Every statement of the hot paths searches a key; none walks or sorts a whole table")
    func plans() async throws {
        let page = "SELECT e.value FROM entry AS e CROSS JOIN entity AS n ON n.key = e.entity WHERE e.index_id = 1"
        let entries = "index_id = 1 AND value >= x'00' AND (value, entity) <= (x'01', x'02')"
        let statements = [
            "\(page) AND (e.value, e.entity) > (x'00', x'01') AND e.value < x'02' ORDER BY e.value, e.entity LIMIT 5",
            "\(page) AND e.value >= x'00' AND e.value < x'02' ORDER BY e.value DESC, e.entity ASC LIMIT 5",
            "DELETE FROM entity WHERE key IN (x'00', x'01')", "DELETE FROM entry WHERE \(entries)",
            "DELETE FROM entity WHERE key IN (SELECT entity FROM entry WHERE \(entries))",
            "DELETE FROM entity WHERE key IN (SELECT key FROM entity WHERE key >= x'00' AND key < x'02' LIMIT 5)",
        ]
        try await withEngine { _, database in
            for sql in statements {
                let plan = try await database.read { connection in
                    try Row.fetchAll(connection, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }
                }
                #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(sql): \(plan)")
                // Entities of one value are sorted, value by value, where values descend and keys ascend.
                #expect(!plan.contains("USE TEMP B-TREE FOR ORDER BY"), "\(sql): \(plan)")
            }
        }
    }

    @Test("After the file is closed the error says so")
    func closed() async throws {
        try await withEngine { engine, database in
            try await database.close()
            await #expect {
                try await engine.write { try $0.setRegister("a", [1]) }
            } throws: { error in
                (error as? DatastoreError)?.code == .unavailable
            }
        }
    }
}

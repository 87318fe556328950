import Database
import Foundation
import GRDB
import TestSupport
import Testing

@Suite("DatabaseFile")
struct DatabaseFileTests {
    @Test("What was written is read back, also after closing and opening again")
    func roundTrip() async throws {
        let folder = try TemporaryFolder()
        let configuration = TestDatabase.configuration(folder)
        var file = try TestDatabase.open(configuration)
        #expect(!file.openedAfterUncleanStop)
        let id = try await file.write { database in
            try database.execute(sql: "INSERT INTO thing (data) VALUES ('a')")
            return database.lastInsertedRowID
        }
        #expect(id == 1)
        #expect(try await file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM thing") } == 1)
        try await file.close()
        #expect(!FileManager.default.fileExists(atPath: configuration.path + "-wal"))
        file = try TestDatabase.open(configuration)
        #expect(!file.openedAfterUncleanStop)
        #expect(try await file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM thing") } == 1)
        try await file.close()
    }

    @Test(
        "The writer's synchronous is what the file promises: FULL for state, NORMAL for telemetry",
        arguments: [(DatabaseConfiguration.Synchronous.full, 2), (.normal, 1)])
    func synchronous(mode: DatabaseConfiguration.Synchronous, value: Int) async throws {
        let folder = try TemporaryFolder()
        let file = try TestDatabase.open(TestDatabase.configuration(folder, synchronous: mode))
        let settings = try await file.write { database in
            [
                try Int.fetchOne(database, sql: "PRAGMA synchronous"),
                try Int.fetchOne(database, sql: "PRAGMA wal_autocheckpoint"),
            ]
        }
        #expect(settings == [value, 0])
        #expect(try await file.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        try await file.close()
    }

    @Test("A reader cannot write")
    func readersAreReadOnly() async throws {
        let folder = try TemporaryFolder()
        let file = try TestDatabase.open(TestDatabase.configuration(folder))
        await #expect(throws: DatabaseError.self) {
            try await file.read { try $0.execute(sql: "INSERT INTO thing (data) VALUES (1)") }
        }
        try await file.close()
    }

    @Test("A read sees one state of the file while others write")
    func snapshot() async throws {
        let folder = try TemporaryFolder()
        let file = try TestDatabase.open(TestDatabase.configuration(folder))
        let gate = Gate()
        async let counts = file.read { database -> [Int] in
            let before = try Int.fetchOne(database, sql: "SELECT count(*) FROM thing") ?? -1
            gate.pass()
            return [before, try Int.fetchOne(database, sql: "SELECT count(*) FROM thing") ?? -1]
        }
        try await eventually("the gate is reached") { gate.isEntered }
        try await file.write { try $0.execute(sql: "INSERT INTO thing (data) VALUES (1)") }
        gate.open()
        #expect(try await counts == [0, 0])
        try await file.close()
    }

    @Test("A statement that a read left in the middle does not keep its snapshot alive")
    func unfinishedStatement() async throws {
        let folder = try TemporaryFolder()
        let file = try TestDatabase.open(TestDatabase.configuration(folder))
        for _ in 0..<3 { try await file.write { try $0.execute(sql: "INSERT INTO thing (data) VALUES (1)") } }
        for _ in 0..<6 {
            let isRow = try await file.read { try RawStatement($0, "SELECT id FROM thing").step() }
            #expect(isRow)
        }
        let result = try await file.checkpoint()
        #expect(result.isComplete)
        #expect(file.statistics.fileBytes > 0)
        try await file.close()
    }

    @Test("After closing, accesses fail with a clear error, and closing again does nothing")
    func closed() async throws {
        let folder = try TemporaryFolder()
        let file = try TestDatabase.open(TestDatabase.configuration(folder))
        async let first: Void = file.close()
        async let second: Void = file.close()
        _ = try await (first, second)
        try await file.close()
        let write = await #expect(throws: DatabaseFailure.self) { try await file.write { _ in } }
        #expect(write?.code == .closed)
        let read = await #expect(throws: DatabaseFailure.self) { try await file.read { _ in } }
        #expect(read?.code == .closed)
        let checkpoint = await #expect(throws: DatabaseFailure.self) { _ = try await file.checkpoint() }
        #expect(checkpoint?.code == .closed)
    }

    @Test("Writes that wait when the file is closed are completed")
    func closingFinishesWhatWaits() async throws {
        let folder = try TemporaryFolder()
        let configuration = TestDatabase.configuration(folder)
        let file = try TestDatabase.open(configuration)
        let gate = Gate()
        async let blocker: Void = file.write { _ in gate.pass() }
        try await eventually("the gate is reached") { gate.isEntered }
        let writes = (0..<5).map { _ in
            Task { try await file.write { try $0.execute(sql: "INSERT INTO thing (data) VALUES (1)") } }
        }
        try await eventually("they wait") { file.statistics.queueLength == 5 }
        async let closing: Void = file.close()
        gate.open()
        try await blocker
        for write in writes { try await write.value }
        try await closing
        let again = try TestDatabase.open(configuration)
        #expect(try await again.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM thing") } == 5)
        try await again.close()
    }

    @Test("An unclean stop is noticed at the next start, and the file is checked in the background")
    func uncleanStop() async throws {
        let folder = try TemporaryFolder()
        let configuration = TestDatabase.configuration(folder)
        let killed = try TestDatabase.open(configuration)
        try await killed.write { try $0.execute(sql: "INSERT INTO thing (data) VALUES (1)") }
        // What a kill leaves: the files as they are, and nobody who closes them.
        let other = try TemporaryFolder()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(
                atPath: configuration.path + suffix, toPath: other.path(of: "state.db") + suffix)
        }
        let file = try TestDatabase.open(TestDatabase.configuration(other))
        #expect(file.openedAfterUncleanStop)
        try await eventually("the check is over") { file.statistics.integrity != .checking }
        #expect(file.statistics.integrity == .sound)
        #expect(try await file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM thing") } == 1)
        try await file.close()
        try await killed.close()
        let clean = try TestDatabase.open(TestDatabase.configuration(other))
        #expect(!clean.openedAfterUncleanStop)
        #expect(clean.statistics.integrity == .notChecked)
        try await clean.close()
    }

    @Test("Under load the write-ahead log is moved into the file and does not grow without bound")
    func walIsBounded() async throws {
        let folder = try TemporaryFolder()
        let file = try TestDatabase.open(TestDatabase.configuration(folder, synchronous: .normal))
        // 120 MB through a log that is to be moved every 16 MB, with a reader at any time.
        let reader = Task {
            while !Task.isCancelled {
                _ = try await file.read { try Int.fetchOne($0, sql: "SELECT max(id) FROM thing") }
            }
        }
        func logSize() throws -> Int {
            let attributes = try FileManager.default.attributesOfItem(atPath: file.configuration.path + "-wal")
            return attributes[.size] as? Int ?? .max
        }
        var (rounds, size) = (0, Int.max)
        // A reader that is kept from its processor in the middle of a read holds the log up for so long.
        while rounds < 60 || size > rounds * 1_300_000, rounds < 1_000 {
            let first = rounds % 2 * 20
            try await file.write { database in
                for id in 0..<20 {
                    try database.execute(
                        sql: "INSERT OR REPLACE INTO thing (id, data) VALUES (?, zeroblob(100000))",
                        arguments: [first + id])
                }
            }
            rounds += 1
            size = try logSize()
        }
        reader.cancel()
        #expect(size < rounds * 1_300_000, "\(size) bytes after \(rounds) rounds of two megabytes")
        _ = await reader.result
        #expect(try await file.checkpoint().isComplete)
        try await file.close()
    }
}

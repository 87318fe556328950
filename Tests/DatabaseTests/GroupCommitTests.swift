import Database
import Foundation
import GRDB
import TestSupport
import Testing

@Suite("Group commit")
struct GroupCommitTests {
    private static func insert(_ id: Int, bytes: Int = 1) -> @Sendable (GRDB.Database) throws -> Int {
        { database in
            try database.execute(sql: "INSERT INTO thing (id, data) VALUES (?, zeroblob(?))", arguments: [id, bytes])
            return id
        }
    }

    private static func ids(_ file: DatabaseFile) async throws -> [Int] {
        try await file.read { try Int.fetchAll($0, sql: "SELECT id FROM thing ORDER BY id") }
    }

    @Test("Many writers share few commits")
    func amortization() async throws {
        let folder = try TemporaryFolder()
        let file = try TestDatabase.open(TestDatabase.configuration(folder))
        let before = file.statistics
        for round in 0..<5 {
            let writes = (0..<64).map { GroupCommitTests.insert(round * 100 + $0) }
            for result in try await TestDatabase.batch(file, writes) { _ = try result.get() }
        }
        // With those that held the writer up while the others gathered.
        #expect(file.statistics.writes - before.writes == 5 * 65)
        #expect(file.statistics.commits - before.commits == 5 * 2)
        #expect(try await GroupCommitTests.ids(file).count == 5 * 64)
        try await file.close()
    }

    @Test("A closure that throws takes back its own work only")
    func savepoints() async throws {
        let folder = try TemporaryFolder()
        let file = try TestDatabase.open(TestDatabase.configuration(folder))
        let commits = file.statistics.commits
        let results = try await TestDatabase.batch(
            file,
            [
                GroupCommitTests.insert(1),
                { database in
                    _ = try GroupCommitTests.insert(2)(database)
                    throw Refused()
                },
                // Fails by itself: 1 is there.
                GroupCommitTests.insert(1),
                GroupCommitTests.insert(3),
            ])
        #expect(file.statistics.commits == commits + 2)
        #expect(try results[0].get() == 1)
        #expect(throws: Refused.self) { try results[1].get() }
        #expect(throws: DatabaseError.self) { try results[2].get() }
        #expect(try results[3].get() == 3)
        #expect(try await GroupCommitTests.ids(file) == [1, 3])
        try await file.close()
    }

    @Test("A single closure that throws leaves nothing behind")
    func alone() async throws {
        let folder = try TemporaryFolder()
        let file = try TestDatabase.open(TestDatabase.configuration(folder))
        await #expect(throws: Refused.self) {
            try await file.write { database in
                _ = try GroupCommitTests.insert(2)(database)
                throw Refused()
            }
        }
        #expect(try await GroupCommitTests.ids(file) == [])
        try await file.close()
    }

    @Test("A full file in the middle of a batch: nothing is acknowledged wrongly, and each is tried once more alone")
    func full() async throws {
        let folder = try TemporaryFolder()
        var configuration = TestDatabase.configuration(folder)
        configuration.prepare = { try $0.execute(sql: "PRAGMA max_page_count = 60") }
        let fatal = FatalErrors()
        let file = try TestDatabase.open(configuration, fatal: fatal)
        let results = try await TestDatabase.batch(
            file,
            [
                GroupCommitTests.insert(1), GroupCommitTests.insert(2),
                GroupCommitTests.insert(3, bytes: 1_000_000), GroupCommitTests.insert(4),
            ])
        #expect(try results[0].get() == 1)
        #expect(try results[1].get() == 2)
        let error = #expect(throws: DatabaseError.self) { try results[2].get() }
        #expect(error?.resultCode == .SQLITE_FULL)
        #expect(try results[3].get() == 4)
        #expect(try await GroupCommitTests.ids(file) == [1, 2, 4])
        #expect(fatal.all.isEmpty)
        // It goes on when there is room.
        #expect(try await file.write(GroupCommitTests.insert(5)) == 5)
        try await file.close()
    }

    @Test("An error that depended on a lost batch is not told: the closure is run again")
    func errorsWaitForTheCommit() async throws {
        let folder = try TemporaryFolder()
        let file = try TestDatabase.open(TestDatabase.configuration(folder))
        let results = try await TestDatabase.batch(
            file,
            [
                // Sees 2 only when nothing of the batch was kept.
                { database in
                    let isThere =
                        try Bool.fetchOne(database, sql: "SELECT count(*) > 0 FROM thing WHERE id = 2") ?? false
                    _ = try GroupCommitTests.insert(isThere ? 10 : 2)(database)
                    return isThere ? 10 : 2
                },
                GroupCommitTests.insert(3),
                { database in
                    try database.execute(sql: "ROLLBACK")
                    throw Refused()
                },
            ])
        #expect(try results[0].get() == 2)
        #expect(try results[1].get() == 3)
        #expect(throws: Refused.self) { try results[2].get() }
        #expect(try await GroupCommitTests.ids(file) == [2, 3])
        try await file.close()
    }

    @Test("A commit that fails is not acknowledged; what can be committed alone is")
    func commitFails() async throws {
        let folder = try TemporaryFolder()
        let migrations = [
            Migration(
                1, "things",
                """
                CREATE TABLE thing (id INTEGER PRIMARY KEY, data BLOB);
                CREATE TABLE part (thing INTEGER REFERENCES thing (id) DEFERRABLE INITIALLY DEFERRED)
                """)
        ]
        let file = try TestDatabase.open(TestDatabase.configuration(folder, migrations: migrations))
        let results = try await TestDatabase.batch(
            file,
            [
                GroupCommitTests.insert(1),
                { database in
                    try database.execute(sql: "INSERT INTO part VALUES (77)")
                    return 77
                },
                GroupCommitTests.insert(3),
            ])
        #expect(try results[0].get() == 1)
        let error = #expect(throws: DatabaseError.self) { try results[1].get() }
        #expect(error?.resultCode == .SQLITE_CONSTRAINT)
        #expect(try results[2].get() == 3)
        #expect(try await file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM part") } == 0)
        try await file.close()
    }

    @Test("A write whose task is cancelled before it begins is dropped, others are done")
    func cancellation() async throws {
        let folder = try TemporaryFolder()
        let file = try TestDatabase.open(TestDatabase.configuration(folder))
        let gate = Gate()
        let started = Task { try await file.write { _ in gate.pass() } }
        try await eventually("the gate is reached") { gate.isEntered }
        let dropped = Task { try await file.write(GroupCommitTests.insert(1)) }
        try await eventually("they wait") { file.statistics.queueLength == 1 }
        let kept = Task { try await file.write(GroupCommitTests.insert(2)) }
        try await eventually("they wait") { file.statistics.queueLength == 2 }
        dropped.cancel()
        started.cancel()
        gate.open()
        try await started.value
        await #expect(throws: CancellationError.self) { try await dropped.value }
        #expect(try await kept.value == 2)
        #expect(try await GroupCommitTests.ids(file) == [2])
        try await file.close()
    }

    @Test("A damaged page stops the file: nothing of the batch is acknowledged, and the owner is told once")
    func damage() async throws {
        let folder = try TemporaryFolder()
        let configuration = TestDatabase.configuration(folder)
        var file = try TestDatabase.open(configuration)
        for id in 0..<500 { _ = try await file.write(GroupCommitTests.insert(id, bytes: 500)) }
        let root = try await file.read {
            try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'thing'") ?? 0
        }
        try await file.close()
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: configuration.path))
        try handle.seek(toOffset: UInt64((root - 1) * 4_096))
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 4_096))
        try handle.close()

        let fatal = FatalErrors()
        file = try TestDatabase.open(configuration, fatal: fatal)
        let results = try await TestDatabase.batch(
            file,
            [
                { database in
                    try database.execute(sql: "CREATE TABLE fine (id INTEGER)")
                    return 1
                },
                GroupCommitTests.insert(1_000),
            ])
        for result in results {
            let error = #expect(throws: DatabaseError.self) { try result.get() }
            #expect(error?.resultCode == .SQLITE_CORRUPT)
        }
        // The writes are answered first, then the owner is told.
        try await eventually("it is told") { fatal.all.count == 1 }
        let refused = await #expect(throws: DatabaseFailure.self) { try await file.write { _ in } }
        #expect(refused?.code == .failed)
        #expect(file.statistics.failure != nil)
        #expect(
            try await file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_schema WHERE name = 'fine'") }
                == 0)
        try await file.close()
        #expect(try TestDatabase.open(configuration).openedAfterUncleanStop)
    }
}

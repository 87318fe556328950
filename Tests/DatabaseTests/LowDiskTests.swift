import CoreMetrics
import GRDB
import Instruments
import Logging
import Testing

@testable import Database

@Suite("Writes on a disk that is nearly full")
struct LowDiskTests {
    private static let mebibyte = 1 << 20
    private static let limits = DiskLimits(reserve: mebibyte, minFree: 4 * mebibyte)

    private static func insert(_ database: GRDB.Database) throws {
        try database.execute(sql: "INSERT INTO thing (data) VALUES (zeroblob(4000))")
    }

    private static func count(_ file: DatabaseFile) async throws -> Int {
        try await file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM thing") ?? -1 }
    }

    private static func expectFull(_ body: () async throws -> Void) async {
        let error = await #expect(throws: DatabaseFailure.self) { try await body() }
        #expect(error?.code == .diskFull)
        #expect(error.map(DatabaseFailure.isDiskFull) == true)
    }

    @Test("Ordinary writes are refused and counted; what removes or is essential goes on; all do when there is room")
    func refusal() async throws {
        let folder = try TemporaryFolder()
        let disk = TestDisk(folder, limits: Self.limits, free: 100 * Self.mebibyte)
        #expect(disk.space.restore())
        var configuration = TestDatabase.configuration(folder)
        configuration.disk = disk.space
        let registry = MetricRegistry()
        let file = try DatabaseFile.open(
            configuration, metrics: registry, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onFatalError: { _ in })
        try await file.write(Self.insert)
        try await disk.set(free: 3 * Self.mebibyte)
        await Self.expectFull { try await file.write(Self.insert) }
        try await file.write(claim: .essential, Self.insert)
        try await file.write(claim: .removal) { try $0.execute(sql: "DELETE FROM thing WHERE id = 1") }
        #expect(try await Self.count(file) == 1)
        let exposition = String(decoding: registry.exposition(), as: UTF8.self)
        #expect(exposition.contains("trivet_database_refused_writes_total{database=\"state\"} 1\n"))
        try await disk.set(free: 5 * Self.mebibyte)
        try await file.write(Self.insert)
        #expect(try await Self.count(file) == 2)
        try await file.close()
    }

    @Test("A file that may reuse its pages goes on without growing, and grows again when there is room")
    func reuse() async throws {
        let folder = try TemporaryFolder()
        let disk = TestDisk(folder, limits: Self.limits, free: 100 * Self.mebibyte)
        var configuration = TestDatabase.configuration(folder, synchronous: .normal)
        configuration.disk = disk.space
        configuration.whenDiskIsLow = .reuse
        let file = try TestDatabase.open(configuration)
        for _ in 0..<50 { try await file.write(Self.insert) }
        try await disk.set(free: 0)
        let pages = try await file.pageCounts().all
        let error = await #expect(throws: DatabaseError.self) {
            for _ in 0..<10 { try await file.write(Self.insert) }
        }
        #expect(error.map(DatabaseFailure.isDiskFull) == true)
        let before = try await Self.count(file)
        try await file.write(claim: .removal) { try $0.execute(sql: "DELETE FROM thing WHERE id <= 20") }
        for _ in 0..<15 { try await file.write(Self.insert) }
        #expect(try await Self.count(file) == before - 5)
        #expect(try await file.pageCounts().all == pages)
        try await disk.set(free: 100 * Self.mebibyte)
        for _ in 0..<50 { try await file.write(Self.insert) }
        #expect(try await file.pageCounts().all > pages)
        try await file.close()
    }

    @Test("A write that finds the disk full gets the reserve slice by slice, if it may have it")
    func reserve() async throws {
        let folder = try TemporaryFolder()
        let disk = TestDisk(folder, limits: Self.limits, free: 100 * Self.mebibyte)
        #expect(disk.space.restore())
        var configuration = TestDatabase.configuration(folder)
        configuration.disk = disk.space
        // Stands for a disk that stays full whatever the reserve gives.
        configuration.prepare = { try $0.execute(sql: "PRAGMA max_page_count = 20") }
        let file = try TestDatabase.open(configuration)
        let large: @Sendable (GRDB.Database) throws -> Void = { database in
            try database.execute(sql: "INSERT INTO thing (data) VALUES (zeroblob(1000000))")
        }
        func fails(_ claim: DiskClaim, leaving reserve: Int) async {
            let error = await #expect(throws: DatabaseError.self) { try await file.write(claim: claim, large) }
            #expect(error?.resultCode == .SQLITE_FULL)
            #expect(disk.space.status?.reserve == reserve)
        }
        await fails(.ordinary, leaving: Self.mebibyte)
        await fails(.essential, leaving: Self.mebibyte / 2)
        await fails(.removal, leaving: 0)
        // And in a batch with others, each has what it may have; the others are done.
        #expect(disk.space.restore())
        let results = try await TestDatabase.batch(
            file,
            [
                { database in
                    try database.execute(sql: "INSERT INTO thing (id, data) VALUES (7, zeroblob(1))")
                    return 7
                },
                { database in
                    try large(database)
                    return 8
                },
            ])
        #expect(try results[0].get() == 7)
        #expect(throws: DatabaseError.self) { try results[1].get() }
        #expect(disk.space.status?.reserve == Self.mebibyte)
        try await file.close()
    }

    @Test("Free pages are cut off step by step, and the file is shorter after a checkpoint")
    func giveBack() async throws {
        let folder = try TemporaryFolder()
        var configuration = TestDatabase.configuration(folder)
        configuration.incrementalVacuum = true
        let file = try TestDatabase.open(configuration)
        for _ in 0..<300 { try await file.write(Self.insert) }
        _ = try await file.checkpoint()
        let full = file.statistics.fileBytes
        try await file.write { try $0.execute(sql: "DELETE FROM thing WHERE id % 10 <> 0") }
        let before = try await file.pageCounts()
        #expect(before.free > 200)
        #expect(try await file.giveBack(pages: 100) == 100)
        #expect(try await file.pageCounts().free == before.free - 100)
        #expect(try await file.giveBack(pages: 10_000) == before.free - 100)
        #expect(try await file.giveBack(pages: 10_000) == 0)
        _ = try await file.checkpoint()
        #expect(file.statistics.fileBytes < full / 3)
        #expect(try await Self.count(file) == 30)
        #expect(try await file.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
        try await file.close()
    }
}

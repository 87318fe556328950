import Foundation
import GRDB
import Glibc
import Testing

@testable import Database

@Suite("The WAL-index's blocks")
struct WALIndexBlocksTests {
    private func allocated(_ path: String) -> Int {
        var file = stat()
        return stat(path, &file) == 0 ? Int(file.st_blocks) * 512 : 0
    }

    @Test("Where blocks are smaller than pages all are allocated, and the database goes on as before")
    func allocates() async throws {
        let folder = try TemporaryFolder()
        let configuration = TestDatabase.configuration(folder)
        let file = try TestDatabase.open(configuration)
        let blocks = try #require(WALIndexBlocks(database: configuration.path, blockBytes: 1_024))
        try blocks.allocate()
        #expect(allocated(configuration.path + "-shm") >= 1 << 20)
        for _ in 0..<3 {
            try await file.write { try $0.execute(sql: "INSERT INTO thing (data) VALUES (zeroblob(5000000))") }
        }
        #expect(try await file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM thing") } == 3)
        try await file.close()
        blocks.close()
        let again = try TestDatabase.open(configuration)
        #expect(!again.openedAfterUncleanStop)
        try await again.close()
    }

    @Test("Where blocks are as large as pages SQLite's own way is enough, and nothing is opened")
    func isNotNeeded() async throws {
        let folder = try TemporaryFolder()
        let configuration = TestDatabase.configuration(folder)
        let file = try TestDatabase.open(configuration)
        #expect(WALIndexBlocks(database: configuration.path, blockBytes: 4_096) == nil)
        #expect(WALIndexBlocks(database: configuration.path + "x", blockBytes: 1_024) == nil)
        try await file.close()
    }

    @Test(
        "They are for a log that fills the disk, and 1 MiB at most",
        arguments: [(0, 1), (24, 2), (64, 4), (9_999, 32)])
    func size(mebibytes: Int, steps: Int) {
        #expect(WALIndexBlocks.bytes(forDiskOf: Double(mebibytes << 20)) == steps * 32_768)
    }
}

import GRDB

/// The pages of a file.
public struct PageCounts: Sendable, Hashable {
    /// Pages of the file, the free ones included.
    public let all: Int
    /// Pages that hold nothing; they are used again before the file grows.
    public let free: Int
    /// Bytes of a page.
    public let bytes: Int
}

extension DatabaseFile {
    /// The pages that the file has.
    public func pageCounts() async throws -> PageCounts {
        try await read { database in
            PageCounts(
                all: try Self.pragma("page_count", database), free: try Self.pragma("freelist_count", database),
                bytes: try Self.pragma("page_size", database))
        }
    }

    /// Moves up to `pages` free pages to the file's end and cuts them off, as one write: a few milliseconds for some
    /// hundred. The file itself is shorter after the next checkpoint.
    ///
    /// - Returns: how many were cut off: none where the file was made without this ability.
    public func giveBack(pages: Int) async throws -> Int {
        try await write(claim: .removal) { database in
            let before = try Self.pragma("page_count", database)
            try RawStatement(database, "PRAGMA incremental_vacuum(\(pages))").run()
            return before - (try Self.pragma("page_count", database))
        }
    }

    private static func pragma(_ name: String, _ database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA \(name)") ?? 0
    }
}

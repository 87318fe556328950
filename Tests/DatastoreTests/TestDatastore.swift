import CoreMetrics
import Database
import Foundation
import Logging
import SQLiteEngine
import Testing

@testable import Datastore

/// A datastore in a folder of its own, which goes with the object.
final class TestDatastore {
    let folder: String
    private let declared: DeclaredIndexes
    private(set) var database: DatabaseFile
    private(set) var datastore: Datastore

    init(_ declared: DeclaredIndexes = DeclaredIndexes()) async throws {
        folder = Self.newFolder()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.declared = declared
        (database, datastore) = try await Self.open(folder, declared)
    }

    private static func newFolder() -> String {
        NSTemporaryDirectory() + "trivet-datastore-" + UUID().uuidString
    }

    private static func open(
        _ folder: String, _ declared: DeclaredIndexes
    ) async throws -> (DatabaseFile, Datastore) {
        // Not FULL: these tests are about what is stored, not about the power going.
        let configuration = DatabaseConfiguration(
            path: folder + "/state.db", applicationID: 1, synchronous: .normal, migrations: SQLiteEngine.migrations,
            name: "state", checksAfterUncleanStop: false)
        let database = try DatabaseFile.open(
            configuration, metrics: NOOPMetricsHandler.instance, logger: quiet, onFatalError: { _ in })
        let datastore = try await Datastore(
            engine: SQLiteEngine(database: database), indexes: declared, metrics: NOOPMetricsHandler.instance,
            logger: quiet)
        return (database, datastore)
    }

    static var quiet: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }

    /// Closes the file and opens it again; other declarations may take the place of the first ones.
    func reopen(_ other: DeclaredIndexes? = nil) async throws {
        try await database.close()
        (database, datastore) = try await Self.open(folder, other ?? declared)
    }

    /// Does all of the indexes' work that is to be done.
    func buildIndexes() async throws {
        while try await datastore.indexer.step() {}
    }

    private init(_ folder: String, _ declared: DeclaredIndexes) async throws {
        self.folder = folder
        self.declared = declared
        (database, datastore) = try await Self.open(folder, declared)
    }

    /// A datastore on a copy of the files as they stand, which is how a kill at this moment would leave them.
    func copyOfFiles() async throws -> TestDatastore {
        let copy = Self.newFolder()
        try FileManager.default.copyItem(atPath: folder, toPath: copy)
        // The index of the write-ahead log is shared memory; it is made anew.
        try FileManager.default.removeItem(atPath: copy + "/state.db-shm")
        return try await TestDatastore(copy, declared)
    }

    /// How many entries there are whose entity does not exist.
    func orphans() async throws -> Int {
        try await number("SELECT count(*) FROM entry WHERE entity NOT IN (SELECT key FROM entity)")
    }

    /// The number that a statement gives.
    func number(_ sql: String) async throws -> Int {
        try await database.read { connection in
            let statement = try RawStatement(connection, sql)
            defer { statement.reset() }
            return try statement.step() ? Int(statement.integer(0)) : 0
        }
    }

    /// Closes the file and removes the folder.
    func remove() async throws {
        try await database.close()
        try FileManager.default.removeItem(atPath: folder)
    }
}

/// Runs a test's body on a datastore of its own.
func withDatastore(
    _ declared: DeclaredIndexes = DeclaredIndexes(), _ body: (TestDatastore) async throws -> Void
) async throws {
    let test = try await TestDatastore(declared)
    do {
        try await body(test)
    } catch {
        try? await test.remove()
        throw error
    }
    try await test.remove()
}

/// Expects that the body throws the datastore's error with a code.
func expectError(
    _ code: DatastoreError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    var thrown: DatastoreError.Code?
    do { try await body() } catch { thrown = (error as? DatastoreError)?.code }
    #expect(thrown == code, sourceLocation: sourceLocation)
}

extension Datastore {
    /// All results of a query, page by page.
    func all(_ query: Query) async throws -> [StoredEntity] {
        var query = query
        var results: [StoredEntity] = []
        while true {
            let batch = try await run(query)
            results += batch.results.map(\.stored)
            guard batch.more == .notFinished else { return results }
            query.start = batch.endCursor
            query.offset = 0
            if let limit = query.limit { query.limit = limit - batch.results.count }
        }
    }

    func keys(_ query: Query) async throws -> [Key] {
        try await all(query).map(\.key)
    }
}

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func pick<C: RandomAccessCollection>(_ choices: C) -> C.Element {
        choices[choices.index(choices.startIndex, offsetBy: below(choices.count))]
    }
}

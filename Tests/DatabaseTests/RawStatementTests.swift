import Database
import GRDB
import Testing

@Suite("RawStatement")
struct RawStatementTests {
    @Test("Values of every type come back as they went in, NULs included")
    func roundTrip() async throws {
        let folder = try TemporaryFolder()
        let file = try TestDatabase.open(TestDatabase.configuration(folder))
        try await file.write { database in
            try database.execute(sql: "CREATE TABLE value (a, b, c, d, e, f, g)")
            let statement = try RawStatement(database, "INSERT INTO value VALUES (?, ?, ?, ?, ?, ?, ?)")
            statement.bind(Int64.min, at: 1)
            statement.bind(1.5, at: 2)
            statement.bindNull(at: 3)
            statement.bind(blob: [0, 1, 0], at: 4)
            statement.bind(textAsBlob: "a\0b", at: 5)
            statement.bind(text: "a\0ü", at: 6)
            statement.bind(text: "", at: 7)
            try statement.run()
        }
        try await file.read { database in
            let row = try RawStatement(database, "SELECT *, typeof(e), typeof(f), typeof(g) FROM value")
            #expect(try row.step())
            #expect(row.isInteger(0) && row.integer(0) == .min)
            #expect(row.double(1) == 1.5)
            #expect(row.isNull(2) && row.bytes(2) == [])
            #expect(row.bytes(3) == [0, 1, 0])
            #expect(row.text(4) == "a\0b")
            #expect(row.text(5) == "a\0ü")
            #expect(row.text(6) == "" && !row.isNull(6))
            #expect([row.text(7), row.text(8), row.text(9)] == ["blob", "text", "text"])
            #expect(try !row.step())
        }
        try await file.close()
    }

    @Test("A failing statement throws what SQLite said, and can be used again")
    func failure() async throws {
        let folder = try TemporaryFolder()
        let file = try TestDatabase.open(TestDatabase.configuration(folder))
        try await file.write { database in
            for expected in [false, true] {
                let statement = try RawStatement(database, "INSERT INTO thing (id) VALUES (?)")
                statement.bind(Int64(1), at: 1)
                if expected {
                    let error = #expect(throws: DatabaseError.self) { try statement.run() }
                    #expect(error?.extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY)
                } else {
                    try statement.run()
                }
            }
            let statement = try RawStatement(database, "INSERT INTO thing (id) VALUES (?)")
            statement.bind(Int64(2), at: 1)
            try statement.run()
        }
        try await file.close()
    }
}

public import GRDB

/// One numbered step of a database's schema.
///
/// The migrations of a file form one ordered list, numbered from 1 without holes, and are never edited once shipped:
/// files out there have run them. SQL and plain strings belong in them, not types of the program, which change.
public struct Migration: Sendable {
    /// The schema version that the file has after this step.
    public let number: Int32
    /// A short name, kept in the table `schema_migrations` for whoever looks into the file.
    public let name: String
    let body: @Sendable (Database) throws -> Void

    /// A migration in Swift. The body runs inside a transaction of its own.
    public init(_ number: Int32, _ name: String, _ body: @escaping @Sendable (Database) throws -> Void) {
        self.number = number
        self.name = name
        self.body = body
    }

    /// A migration that runs the statements of `sql`, separated by semicolons.
    public init(_ number: Int32, _ name: String, _ sql: String) {
        self.init(number, name) { database in try database.execute(sql: sql) }
    }
}

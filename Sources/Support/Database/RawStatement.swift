public import GRDB
import GRDBSQLite

/// A cached prepared statement, driven by SQLite's own calls.
///
/// GRDB's arguments and rows cost several microseconds a row and cut text at NUL; on the hot paths (the entries of an
/// entity, the rows of a log) that is most of the time. The statement lives in the connection's cache: use it inside
/// the closure that was given the connection, and never keep it.
public struct RawStatement {
    private let statement: Statement
    private let handle: SQLiteStatement

    /// Prepares `sql` on `database`, or takes it from the connection's cache; earlier bindings are cleared.
    public init(_ database: Database, _ sql: String) throws {
        statement = try database.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// Binds an integer to the parameter `index`, counted from 1.
    public func bind(_ value: Int64, at index: Int) {
        sqlite3_bind_int64(handle, Int32(truncatingIfNeeded: index), value)
    }

    /// Binds a double.
    public func bind(_ value: Double, at index: Int) {
        sqlite3_bind_double(handle, Int32(truncatingIfNeeded: index), value)
    }

    /// Binds NULL.
    public func bindNull(at index: Int) {
        sqlite3_bind_null(handle, Int32(truncatingIfNeeded: index))
    }

    /// Binds bytes as a BLOB; SQLite takes a copy.
    public func bind(blob bytes: [UInt8], at index: Int) {
        bytes.withUnsafeBytes { buffer in bind(blob: buffer, at: index) }
    }

    /// Binds bytes as a BLOB; SQLite takes a copy.
    public func bind(blob buffer: UnsafeRawBufferPointer, at index: Int) {
        let position = Int32(truncatingIfNeeded: index)
        if let base = buffer.baseAddress, !buffer.isEmpty {
            sqlite3_bind_blob64(handle, position, base, UInt64(buffer.count), transientDestructor)
        } else {
            sqlite3_bind_zeroblob(handle, position, 0)
        }
    }

    /// Binds the UTF-8 of `text` as a BLOB, so that a NUL in it does no harm; SQLite takes a copy.
    public func bind(textAsBlob text: String, at index: Int) {
        var text = text
        text.withUTF8 { buffer in bind(blob: UnsafeRawBufferPointer(buffer), at: index) }
    }

    /// Binds `text` as TEXT with its whole length. SQLite's own text functions stop at a NUL in it.
    public func bind(text: String, at index: Int) {
        var text = text
        let position = Int32(truncatingIfNeeded: index)
        text.withUTF8 { buffer in
            guard let base = buffer.baseAddress, !buffer.isEmpty else {
                // An empty Swift string may have no address, which SQLite would take for NULL.
                _ = sqlite3_bind_text(handle, position, "", 0, transientDestructor)
                return
            }
            base.withMemoryRebound(to: CChar.self, capacity: buffer.count) { start in
                _ = sqlite3_bind_text64(
                    handle, position, start, UInt64(buffer.count), transientDestructor, UInt8(SQLITE_UTF8))
            }
        }
    }

    /// Goes to the next row; false at the end, after which the statement is reset.
    public func step() throws -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        sqlite3_reset(handle)
        if code == SQLITE_DONE { return false }
        throw RawStatement.error(of: handle, code: code)
    }

    /// Runs the statement to its end and leaves it ready for the next bindings.
    public func run() throws {
        while try step() {}
    }

    /// Gives back the cursor before the end was reached: needed after a `step()` that returned true and is the last.
    public func reset() {
        sqlite3_reset(handle)
    }

    /// Whether the column `index`, counted from 0, of the current row is NULL.
    public func isNull(_ index: Int) -> Bool {
        sqlite3_column_type(handle, Int32(truncatingIfNeeded: index)) == SQLITE_NULL
    }

    /// Whether the column holds an integer.
    public func isInteger(_ index: Int) -> Bool {
        sqlite3_column_type(handle, Int32(truncatingIfNeeded: index)) == SQLITE_INTEGER
    }

    /// Whether the column holds a BLOB.
    public func isBlob(_ index: Int) -> Bool {
        sqlite3_column_type(handle, Int32(truncatingIfNeeded: index)) == SQLITE_BLOB
    }

    /// The column as an integer; 0 where it is none.
    public func integer(_ index: Int) -> Int64 {
        sqlite3_column_int64(handle, Int32(truncatingIfNeeded: index))
    }

    /// The column as a double; 0 where it is none.
    public func double(_ index: Int) -> Double {
        sqlite3_column_double(handle, Int32(truncatingIfNeeded: index))
    }

    /// The column's bytes, of a BLOB or of TEXT; empty for NULL.
    public func bytes(_ index: Int) -> [UInt8] {
        withBytes(index) { buffer in [UInt8](buffer) }
    }

    /// The column's bytes read as UTF-8, NULs included; wrong UTF-8 is repaired.
    public func text(_ index: Int) -> String {
        withBytes(index) { buffer in String(decoding: buffer, as: UTF8.self) }
    }

    /// Gives the column's bytes to `body` without a copy; they are valid only inside it.
    public func withBytes<R>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let position = Int32(truncatingIfNeeded: index)
        let start = sqlite3_column_blob(handle, position)
        let count = Int(sqlite3_column_bytes(handle, position))
        return try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }

    static func error(of handle: SQLiteStatement, code: Int32) -> DatabaseError {
        let connection = sqlite3_db_handle(handle)
        return DatabaseError(
            resultCode: ResultCode(rawValue: connection.map(sqlite3_extended_errcode) ?? code),
            message: connection.flatMap(sqlite3_errmsg).map(String.init(cString:)),
            sql: sqlite3_sql(handle).map(String.init(cString:)))
    }
}

/// SQLITE_TRANSIENT: SQLite copies what is bound before the call returns.
private let transientDestructor = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

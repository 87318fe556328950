/// What a database file has done since it was opened, and how it stands.
public struct DatabaseStatistics: Sendable, Hashable {
    /// What the check of the whole file found.
    public enum Integrity: Sendable, Hashable {
        /// The last stop was clean: no check was needed.
        case notChecked
        /// A check runs in the background.
        case checking
        /// The file was checked and is whole.
        case sound
        /// The file is damaged; the first findings of SQLite.
        case damaged([String])
        /// The check itself did not come to an end.
        case unknown(String)
    }

    /// Transactions committed by the writer.
    public var commits: Int
    /// Closures that were acknowledged after a commit.
    public var writes: Int
    /// Closures that wait for the writer now.
    public var queueLength: Int
    /// Bytes of the write-ahead log that wait for a checkpoint.
    public var walBytes: Int
    /// Bytes of the database file, without the write-ahead log.
    public var fileBytes: Int
    /// What the check after an unclean stop found.
    public var integrity: Integrity
    /// Whether the file failed and takes no more writes: the text of the first fatal error.
    public var failure: String?
}

import Database

/// The log's file, and what is known of it.
struct RequestLogStore {
    var database: DatabaseFile
    var writer: BatchWriter
    /// Whether this run has written its number into a file.
    var hasWritten = false
    /// Why the last batch failed.
    var failure: (any Error)?
    /// The microsecond before which a failed file is not opened again.
    var nextReopen: Int64 = 0
    /// The count of served requests that the file has.
    var lastServed = 0
    var lastRetention: Int64 = 0
    var lastCheckpoint: Int64 = 0
}

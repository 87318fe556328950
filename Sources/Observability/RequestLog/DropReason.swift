/// Why a record that was to be stored is not.
public enum DropReason: String, Sendable, Hashable, CaseIterable, Codable {
    /// The buffer between the requests and the file was full.
    case bufferFull = "buffer_full"
    /// The file did not take the batch.
    case writeFailed = "write_failed"
    /// The request ended after the log had been closed.
    case shutdown
}

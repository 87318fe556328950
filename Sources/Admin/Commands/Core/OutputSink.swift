/// Where bytes go: stdout, stderr, or a test's memory.
public protocol OutputSink: Sendable {
    /// Writes all bytes.
    ///
    /// - Throws: `OutputError`.
    func write(_ bytes: [UInt8]) throws(OutputError)

    /// Whether the reader is known to be gone, so that a command that waits for more to write can stop.
    var isClosed: Bool { get }
}

/// Why bytes could not be written.
public enum OutputError: Error, Sendable, Hashable {
    /// The reader is gone (`| head`): a quiet end, not a failure.
    case closed
    /// Anything else, with errno's text, e.g. a full disk.
    case failed(String)
}

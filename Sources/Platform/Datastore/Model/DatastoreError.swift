/// Why the datastore did not do what it was asked.
public struct DatastoreError: Error, Sendable, CustomStringConvertible {
    /// The stable code; the names are those of google.rpc.Code.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code's name, such as `INVALID_ARGUMENT`.
        public let description: String

        /// The request is wrong, whatever the state.
        public static let invalidArgument = Code(description: "INVALID_ARGUMENT")
        /// The entity, index or transaction does not exist.
        public static let notFound = Code(description: "NOT_FOUND")
        /// The entity or index exists already.
        public static let alreadyExists = Code(description: "ALREADY_EXISTS")
        /// Somebody else's commit came between; the whole transaction may be tried again.
        public static let aborted = Code(description: "ABORTED")
        /// The state does not allow it: an index is missing or not ready.
        public static let failedPrecondition = Code(description: "FAILED_PRECONDITION")
        /// A bound is reached, such as the number of open transactions.
        public static let resourceExhausted = Code(description: "RESOURCE_EXHAUSTED")
        /// The disk is full, or nearly so: nothing is stored until there is room. Not one of google.rpc.Code's, which would
        /// call it RESOURCE_EXHAUSTED: whoever meets it can tell a full disk from a bound.
        public static let diskFull = Code(description: "DISK_FULL")
        /// The engine failed; the cause says how.
        public static let unavailable = Code(description: "UNAVAILABLE")
        /// Stored bytes cannot be read back.
        public static let dataLoss = Code(description: "DATA_LOSS")
    }

    /// The stable code.
    public let code: Code
    /// What is wrong and what to do.
    public let message: String
    /// The error beneath.
    public let cause: (any Error)?

    /// Creates an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message.
    public var description: String { message }

    static func invalid(_ message: String) -> DatastoreError { DatastoreError(.invalidArgument, message) }
    static func corrupt(_ what: String) -> DatastoreError {
        DatastoreError(.dataLoss, "\(what) in the database cannot be read; restore a backup of the data directory")
    }
}

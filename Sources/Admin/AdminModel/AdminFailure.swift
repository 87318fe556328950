/// The body of every answer of the admin API that is not a success: `{"error":{"code","message","status"}}`.
public struct AdminFailure: Codable, Sendable, Hashable {
    /// What went wrong.
    public struct Detail: Codable, Sendable, Hashable {
        /// The HTTP status, e.g. 404.
        public let code: Int
        /// A sentence that says what to do.
        public let message: String
        /// The canonical name of the error.
        public let status: String

        /// Creates a detail.
        public init(code: Int, message: String, status: String) {
            self.code = code
            self.message = message
            self.status = status
        }
    }

    /// What went wrong.
    public let error: Detail

    /// Creates a failure.
    public init(code: Int, message: String, status: String) {
        error = Detail(code: code, message: message, status: status)
    }
}

/// The canonical names that `AdminFailure.Detail.status` takes.
public enum AdminFailureStatus: String, Sendable {
    case invalidArgument = "INVALID_ARGUMENT"
    case failedPrecondition = "FAILED_PRECONDITION"
    case unauthenticated = "UNAUTHENTICATED"
    case permissionDenied = "PERMISSION_DENIED"
    case notFound = "NOT_FOUND"
    case alreadyExists = "ALREADY_EXISTS"
    case aborted = "ABORTED"
    case resourceExhausted = "RESOURCE_EXHAUSTED"
    case unimplemented = "UNIMPLEMENTED"
    case unavailable = "UNAVAILABLE"
    case `internal` = "INTERNAL"
}

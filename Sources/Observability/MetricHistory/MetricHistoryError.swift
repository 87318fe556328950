/// Why the metric history does not do what it was asked.
public struct MetricHistoryError: Error, Sendable, CustomStringConvertible {
    /// What stands in the way, stable for programs.
    public enum Code: String, Sendable, Hashable {
        /// The selector cannot be read.
        case invalidSelector
        /// The query does not fit the metric, or asks for too much.
        case invalidQuery
        /// No series is selected.
        case notFound
        /// The file cannot be read or written.
        case unavailable
    }

    /// What stands in the way.
    public let code: Code
    /// What is wrong and what to do about it.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    static func selector(_ text: String, _ reason: String) -> MetricHistoryError {
        MetricHistoryError(
            .invalidSelector, "selector \"\(text)\" \(reason): write NAME or NAME{label=\"value\",…}")
    }

    /// The message.
    public var description: String { message }
}

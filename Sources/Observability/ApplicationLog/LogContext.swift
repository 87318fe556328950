/// What the lines that a task logs have in common.
public enum LogContext {
    /// The id of the request in whose course the task runs: every line of it carries it as `requestId`, whichever
    /// logger it comes from.
    @TaskLocal public static var requestID: String?
}

/// The least severe level that the application log writes; the names are swift-log's.
public enum LogLevel: String, Sendable, Hashable, CaseIterable {
    /// Everything, each step of the inner works included.
    case trace
    /// What helps to find a fault.
    case debug
    /// What an operator reads in ordinary times.
    case info
    /// Unusual, but in order.
    case notice
    /// Something to look at when there is time.
    case warning
    /// Something failed.
    case error
    /// The daemon cannot go on.
    case critical
}

/// The form of a line of the application log.
public enum LogFormat: String, Sendable, Hashable, CaseIterable {
    /// A line for people.
    case text
    /// One JSON object a line, for collectors.
    case json
}

/// Why a metric, or what was told about it, was not taken: a mistake in the code that made it.
public struct MetricRejection: Error, Sendable, Hashable, CustomStringConvertible {
    /// The metric's name.
    public internal(set) var name = ""
    /// What is wrong with it.
    public let reason: String

    init(reason: String) {
        self.reason = reason
    }

    /// `metric NAME: REASON`
    public var description: String { "metric \(name): \(reason)" }
}

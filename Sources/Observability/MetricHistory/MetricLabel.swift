/// A label of a series, or what a selector wants one to be.
public struct MetricLabel: Sendable, Hashable {
    /// The label's name.
    public let name: String
    /// Its value, as it is: not escaped.
    public let value: String

    /// A label.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

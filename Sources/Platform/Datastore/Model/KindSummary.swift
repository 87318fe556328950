/// A kind that has entities.
public struct KindSummary: Sendable, Hashable {
    /// The kind's name.
    public let kind: String
    /// How many entities of it there are in the namespace.
    public let entities: Int

    /// Creates a summary.
    public init(kind: String, entities: Int) {
        self.kind = kind
        self.entities = entities
    }
}

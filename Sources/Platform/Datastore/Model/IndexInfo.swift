/// An index as it stands.
public struct IndexInfo: Sendable, Hashable {
    /// How far an index is.
    public enum State: String, Sendable, Hashable {
        /// Entities that were there before it are being added; no query uses it.
        case creating = "CREATING"
        /// Complete.
        case ready = "READY"
        /// Its entries are being removed; no query uses it.
        case deleting = "DELETING"
    }

    /// Why there is an index.
    public enum Origin: String, Sendable, Hashable {
        /// An operator's definition, or one that came with the first start.
        case composite
        /// Declared in code by the service whose kind it is.
        case declared
        /// Registered by a query on a property that had no index.
        case registered
    }

    /// The number of the index, never used twice.
    public let id: Int64
    /// What it holds; a single property's index has one ascending property.
    public let definition: IndexDefinition
    /// How far it is.
    public let state: State
    /// Why it is there.
    public let origin: Origin

    /// Creates a description.
    public init(id: Int64, definition: IndexDefinition, state: State, origin: Origin) {
        self.id = id
        self.definition = definition
        self.state = state
        self.origin = origin
    }
}

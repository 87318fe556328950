import Datastore
public import JSON

/// Names and texts, each name once, names compared by their bytes: a dictionary would take two names for one that
/// Unicode calls equivalent.
public struct Attributes: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// As they are stored.
    private(set) var properties = Properties()

    /// No attributes.
    public init() {}

    /// Attributes; of a name that is given twice the last value stays.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { self[name] = value }
    }

    init(_ properties: Properties) {
        for property in properties { self[property.name] = property.value.string }
    }

    /// The value of a name; setting nil removes it.
    public subscript(name: String) -> String? {
        get { properties[name]?.string }
        set { properties[name] = newValue.map { .string($0) } }
    }

    /// How many there are.
    public var count: Int { properties.count }
    /// Whether there is none.
    public var isEmpty: Bool { properties.isEmpty }

    /// Names and values, in the order of the names' bytes.
    public var all: [(name: String, value: String)] {
        properties.map { ($0.name, $0.value.string ?? "") }
    }

    /// Throws `invalidArgument` when they cannot be labels: at most 64, with names and values of at most 63 bytes.
    func validateLabels() throws(PubSubError) {
        guard count <= 64 else { throw .invalid("there are at most 64 labels", field: "labels") }
        for (name, value) in all {
            guard (1...63).contains(name.utf8.count), value.utf8.count <= 63 else {
                throw .invalid(
                    "the label \(name.debugDescription): a name has 1 to 63 bytes, a value at most 63", field: "labels")
            }
        }
    }

    /// As the members of a JSON object.
    public var json: JSONObject {
        var object = JSONObject()
        for (name, value) in all { object[name] = .string(value) }
        return object
    }
}

import JSON

/// The properties of an entity, ordered by the UTF-8 bytes of their names, each name once.
public struct Properties: Sendable, Hashable {
    /// One property.
    public struct Property: Sendable, Hashable {
        /// The name, compared by its bytes.
        public let name: String
        /// The value.
        public var value: Value

        /// Creates a property.
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }

        /// Equal when name (by bytes) and value are.
        public static func == (left: Property, right: Property) -> Bool {
            left.name.hasSameBytes(as: right.name) && left.value == right.value
        }

        /// Hashes what `==` compares.
        public func hash(into hasher: inout Hasher) {
            hasher.combineBytes(of: name)
            hasher.combine(value)
        }
    }

    /// The properties in the order of their names' bytes.
    public private(set) var all: [Property] = []

    /// Creates an empty set of properties.
    public init() {}

    /// Creates a set from properties in any order; of a name that comes twice the last value stays.
    public init(_ properties: some Sequence<Property>) {
        for property in properties { self[property.name] = property.value }
    }

    /// The value of a name; setting nil removes the property.
    public subscript(name: String) -> Value? {
        get {
            let index = position(of: name)
            return holds(name, at: index) ? all[index].value : nil
        }
        set {
            let index = position(of: name)
            switch (holds(name, at: index), newValue) {
            case (true, let value?): all[index].value = value
            case (true, nil): all.remove(at: index)
            case (false, let value?): all.insert(Property(name, value), at: index)
            case (false, nil): break
            }
        }
    }

    /// Where the name is, or where it belongs. What arrives in order, as stored properties do, belongs at the end.
    private func position(of name: String) -> Int {
        if let last = all.last, last.name.precedesInBytes(name) { return all.count }
        var low = 0
        var high = all.count
        while low < high {
            let middle = (low + high) / 2
            if all[middle].name.precedesInBytes(name) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func holds(_ name: String, at index: Int) -> Bool {
        index < all.count && all[index].name.hasSameBytes(as: name)
    }
}

extension Properties: RandomAccessCollection {
    /// The first property's index.
    public var startIndex: Int { 0 }
    /// One past the last property's index.
    public var endIndex: Int { all.count }
    /// The property at an index, in the order of the names' bytes.
    public subscript(index: Int) -> Property { all[index] }
}

extension Properties: ExpressibleByDictionaryLiteral {
    /// Creates properties; of a name that is given twice the last value stays.
    public init(dictionaryLiteral elements: (String, Value)...) {
        self.init(elements.map { Property($0.0, $0.1) })
    }
}

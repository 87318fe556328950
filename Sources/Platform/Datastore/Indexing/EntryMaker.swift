/// Makes the entries of entities.
///
/// The value of an entry is: namespace, in an ancestor's index the ancestor, then a component for each property of the
/// index. Properties with several values make an entry for each combination.
enum EntryMaker {
    /// How many entries one entity may have: Datastore's own bound against exploding indexes.
    static let entryLimit = 20_000

    /// The entries of an entity in some indexes of its kind; `key` is complete and `storage` its storage form.
    static func entries(
        key: Key, storage: [UInt8], properties: Properties, indexes: [Index]
    ) throws(DatastoreError) -> [EntryRow] {
        var entries: [EntryRow] = []
        for index in indexes {
            for value in try values(key: key, properties: properties, index: index.definition) {
                entries.append(EntryRow(index: index.id, value: value, entity: storage))
            }
            guard entries.count <= entryLimit else { throw tooMany(key) }
        }
        return entries
    }

    private static func tooMany(_ key: Key) -> DatastoreError {
        .invalid("the entity \(key) has more than \(entryLimit) index entries: exclude values from indexes")
    }

    private static func values(
        key: Key, properties: Properties, index: IndexDefinition
    ) throws(DatastoreError) -> [[UInt8]] {
        let prefix = KeyEncoding.namespacePrefix(key.namespace)
        var values = index.ancestor ? ancestors(of: key).map { prefix + $0 } : [prefix]
        for property in index.properties {
            var components = components(of: property.name, key: key, properties: properties)
            guard components.count * values.count <= entryLimit else { throw tooMany(key) }
            if property.direction == .descending { components = components.map(\.inverted) }
            values = values.flatMap { value in components.map { value + $0 } }
        }
        return values
    }

    /// The components of a property, `__key__` included.
    static func components(of name: String, key: Key, properties: Properties) -> [[UInt8]] {
        guard name == Query.keyProperty else { return ValueEncoding.components(of: name, in: properties) }
        return ValueEncoding.component(.key(key)).map { [$0] } ?? []
    }

    /// The component of an ancestor in an ancestor's index.
    static func component(ancestor: Key) -> [UInt8] {
        var bytes = OrderedBytes()
        bytes.append(escaped: KeyEncoding.path(ancestor))
        return bytes.bytes
    }

    /// The components of all ancestors, the entity itself included.
    private static func ancestors(of key: Key) -> [[UInt8]] {
        (1...max(1, key.path.count)).map { count in
            component(ancestor: Key(path: Array(key.path.prefix(count)), namespace: key.namespace))
        }
    }
}

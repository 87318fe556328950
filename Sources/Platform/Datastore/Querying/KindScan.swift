/// Finds the namespaces and kinds that have entities, by leaping from one to the next.
enum KindScan {
    /// The kinds of a namespace in the order of their bytes.
    static func kinds(in namespace: String, _ snapshot: any EngineSnapshot) throws -> [String] {
        var range = ByteRange(prefix: KeyEncoding.namespacePrefix(namespace))
        var kinds: [String] = []
        while let first = try snapshot.entities(in: range, descending: false, limit: 1, properties: false).first {
            let kind = try KeyEncoding.header(storage: first.key).kind
            kinds.append(kind)
            guard let next = KeyEncoding.kindPrefix(kind, namespace: namespace).prefixEnd else { break }
            range.raise(to: next)
        }
        return kinds
    }

    /// All namespaces in the order of their bytes.
    static func namespaces(_ snapshot: any EngineSnapshot) throws -> [String] {
        var range = ByteRange(lower: [], upper: nil)
        var namespaces: [String] = []
        while let first = try snapshot.entities(in: range, descending: false, limit: 1, properties: false).first {
            let namespace = try KeyEncoding.header(storage: first.key).namespace
            namespaces.append(namespace)
            guard let next = KeyEncoding.namespacePrefix(namespace).prefixEnd else { break }
            range.raise(to: next)
        }
        return namespaces
    }

    /// The first range of a kind's entities, in whatever namespace, from a storage key on; nil when there is none left.
    static func next(
        _ kind: String, from position: [UInt8], _ snapshot: any EngineSnapshot
    ) throws -> ByteRange? {
        var range = ByteRange(lower: position, upper: nil)
        while let first = try snapshot.entities(in: range, descending: false, limit: 1, properties: false).first {
            let (namespace, found) = try KeyEncoding.header(storage: first.key)
            let wanted = ByteRange(prefix: KeyEncoding.kindPrefix(kind, namespace: namespace))
            if ByteText(found) == ByteText(kind) { return ByteRange(lower: first.key, upper: wanted.upper) }
            if first.key.precedes(wanted.lower) {
                range.raise(to: wanted.lower)
            } else if let end = KeyEncoding.namespacePrefix(namespace).prefixEnd {
                range.raise(to: end)
            } else {
                return nil
            }
        }
        return nil
    }
}

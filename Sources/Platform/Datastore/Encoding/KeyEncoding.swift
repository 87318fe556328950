/// Keys as ordered bytes, in two forms.
///
/// - The *path form* (namespace, then kind and identifier of each step) orders keys as Datastore does: by path, ids
///   before names. An ancestor's is a prefix of its descendants'.
/// - The *storage form* (namespace, kind, then the steps) is what the entity table is keyed by. The kind of the
///   entity itself stands in front, so that the entities of a kind stand together whatever their ancestors; within a
///   kind the order is the path's, and an ancestor's steps are a prefix.
enum KeyEncoding {
    private static let idTag: UInt8 = 0x10
    private static let nameTag: UInt8 = 0x20

    static func path(_ key: Key) -> [UInt8] {
        var bytes = OrderedBytes()
        bytes.append(escaped: key.namespace.utf8)
        append(key.path, to: &bytes)
        return bytes.bytes
    }

    /// The path form without the namespace.
    static func steps(_ key: Key) -> [UInt8] {
        var bytes = OrderedBytes()
        append(key.path, to: &bytes)
        return bytes.bytes
    }

    static func storage(_ key: Key) -> [UInt8] {
        var bytes = kindHeader(key.kind, namespace: key.namespace)
        append(key.path, to: &bytes)
        return bytes.bytes
    }

    /// What all storage keys of a namespace begin with.
    static func namespacePrefix(_ namespace: String) -> [UInt8] {
        var bytes = OrderedBytes()
        bytes.append(escaped: namespace.utf8)
        return bytes.bytes
    }

    /// What all storage keys of a kind begin with.
    static func kindPrefix(_ kind: String, namespace: String) -> [UInt8] {
        kindHeader(kind, namespace: namespace).bytes
    }

    private static func kindHeader(_ kind: String, namespace: String) -> OrderedBytes {
        var bytes = OrderedBytes()
        bytes.append(escaped: namespace.utf8)
        bytes.append(escaped: kind.utf8)
        return bytes
    }

    private static func append(_ path: [PathElement], to bytes: inout OrderedBytes) {
        for step in path {
            bytes.append(escaped: step.kind.utf8)
            switch step.identifier {
            case .id(let id):
                bytes.append(byte: idTag)
                bytes.append(id)
            case .name(let name):
                bytes.append(byte: nameTag)
                bytes.append(escaped: name.utf8)
            case .incomplete: break
            }
        }
    }

    // MARK: Reading

    /// The key of a storage form.
    static func key(storage bytes: [UInt8]) throws(DatastoreError) -> Key {
        var reader = OrderedReader(bytes)
        guard let namespace = reader.text(), reader.escaped() != nil else { throw .corrupt("a key") }
        return Key(path: try steps(&reader), namespace: namespace)
    }

    /// Namespace and kind of a storage form.
    static func header(storage bytes: [UInt8]) throws(DatastoreError) -> (namespace: String, kind: String) {
        var reader = OrderedReader(bytes)
        guard let namespace = reader.text(), let kind = reader.text() else { throw .corrupt("a key") }
        return (namespace, kind)
    }

    /// The steps of a storage form.
    static func steps(storage bytes: [UInt8]) throws(DatastoreError) -> ArraySlice<UInt8> {
        bytes[try end(ofText: bytes, from: end(ofText: bytes, from: 0))...]
    }

    private static func end(ofText bytes: [UInt8], from start: Int) throws(DatastoreError) -> Int {
        var index = start
        while index + 1 < bytes.count {
            if bytes[index] == 0 {
                if bytes[index + 1] == 0x01 { return index + 2 }
                index += 2
            } else {
                index += 1
            }
        }
        throw .corrupt("a key")
    }

    private static func steps(_ reader: inout OrderedReader) throws(DatastoreError) -> [PathElement] {
        var steps: [PathElement] = []
        while !reader.isAtEnd {
            guard let kind = reader.text() else { throw .corrupt("a key") }
            switch reader.byte() {
            case idTag:
                guard let id = reader.integer() else { throw .corrupt("a key") }
                steps.append(PathElement(kind, .id(id)))
            case nameTag:
                guard let name = reader.text() else { throw .corrupt("a key") }
                steps.append(PathElement(kind, .name(name)))
            default: throw .corrupt("a key")
            }
        }
        return steps
    }
}

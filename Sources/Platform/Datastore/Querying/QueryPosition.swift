/// Where a result stands among the results of its query: first by its order, then by its key.
struct QueryPosition: Sendable, Hashable, Comparable {
    /// The components of the orders, inverted where they descend.
    let order: [UInt8]
    /// The key in storage form; in path form when the query asks for all kinds.
    let key: [UInt8]

    static func < (left: QueryPosition, right: QueryPosition) -> Bool {
        left.order == right.order ? left.key.precedes(right.key) : left.order.precedes(right.order)
    }
}

extension Cursor {
    private static let format: UInt8 = 1

    init(_ position: QueryPosition, fingerprint: UInt64) {
        var bytes = OrderedBytes()
        bytes.append(byte: Self.format)
        bytes.append(bigEndian: fingerprint)
        bytes.append(escaped: position.order)
        bytes.append(raw: position.key)
        self.init(bytes: bytes.bytes)
    }

    /// The position, when the cursor is one of the query with this fingerprint.
    func position(fingerprint: UInt64) throws(DatastoreError) -> QueryPosition {
        var reader = OrderedReader(bytes)
        guard reader.byte() == Self.format, let own = reader.bigEndian(), let order = reader.escaped() else {
            throw .invalid("the cursor is not one of this datastore's")
        }
        guard own == fingerprint else { throw .invalid("the cursor is another query's") }
        return QueryPosition(order: order, key: reader.rest)
    }
}

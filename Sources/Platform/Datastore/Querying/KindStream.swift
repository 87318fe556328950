/// The keys of one kind, in order, read in pages.
struct KindStream {
    private var range: ByteRange
    private let batch: Int
    private var keys: ArraySlice<(steps: [UInt8], storage: [UInt8])> = []
    private var isAtEnd = false

    init(range: ByteRange, batch: Int) {
        self.range = range
        self.batch = batch
    }

    /// The steps of the next key, once filled.
    var next: [UInt8]? { keys.first?.steps }

    mutating func fill(_ snapshot: any EngineSnapshot) throws {
        guard keys.isEmpty, !isAtEnd else { return }
        let rows = try snapshot.entities(in: range, descending: false, limit: batch, properties: false)
        keys = try rows.map { (Array(try KeyEncoding.steps(storage: $0.key)), $0.key) }[...]
        isAtEnd = rows.count < batch
        if let last = rows.last { range.raise(to: last.key + [0]) }
    }

    mutating func take(_ snapshot: any EngineSnapshot) throws -> (steps: [UInt8], storage: [UInt8])? {
        guard let first = keys.popFirst() else { return nil }
        try fill(snapshot)
        return first
    }
}

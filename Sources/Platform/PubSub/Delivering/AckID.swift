import JSON

/// What a pulled message is acknowledged with: which delivery, and which of its leases. Opaque to clients.
struct AckID: Sendable, Hashable {
    let queue: Int64
    let seeks: Int64
    let sequence: Int64
    let lease: Int64

    var text: String {
        var bytes: [UInt8] = []
        for number in [queue, seeks, sequence, lease] {
            withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        }
        return Base64.encode(bytes, .urlSafe)
    }

    init(queue: Int64, seeks: Int64, sequence: Int64, lease: Int64) {
        self.queue = queue
        self.seeks = seeks
        self.sequence = sequence
        self.lease = lease
    }

    /// Nil for a text that no message came with.
    init?(_ text: String) {
        guard text.utf8.count == 43, let bytes = Base64.decode(text), bytes.count == 32 else { return nil }
        let numbers = (0..<4).map { part in
            bytes[part * 8..<part * 8 + 8].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        }
        self.init(queue: numbers[0], seeks: numbers[1], sequence: numbers[2], lease: numbers[3])
    }
}

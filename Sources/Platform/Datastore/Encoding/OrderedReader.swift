/// Reads back what `OrderedBytes` wrote.
struct OrderedReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    /// All that was not read yet.
    var rest: [UInt8] { Array(bytes[position...]) }

    mutating func byte() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func bigEndian() -> UInt64? {
        guard bytes.count - position >= 8 else { return nil }
        defer { position += 8 }
        return bytes[position..<position + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func integer() -> Int64? {
        bigEndian().map { Int64(bitPattern: $0 ^ (1 << 63)) }
    }

    mutating func escaped() -> [UInt8]? {
        var content: [UInt8] = []
        while let next = byte() {
            guard next == 0 else {
                content.append(next)
                continue
            }
            switch byte() {
            case 0x01: return content
            case 0xFF: content.append(0)
            default: return nil
            }
        }
        return nil
    }

    mutating func text() -> String? {
        escaped().flatMap { String(validating: $0, as: UTF8.self) }
    }
}

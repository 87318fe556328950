/// Reads the bytes of a chunk. Nothing in them is trusted: a file may be damaged.
struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() throws(ChunkDamage) -> UInt8 {
        guard let byte = rest.popFirst() else { throw ChunkDamage() }
        return byte
    }

    mutating func varint() throws(ChunkDamage) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let next = try byte()
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
        }
        throw ChunkDamage()
    }

    mutating func zigzag() throws(ChunkDamage) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: (value >> 1) ^ (0 &- (value & 1)))
    }

    /// The next `count` bytes.
    mutating func bytes(_ count: Int) throws(ChunkDamage) -> ArraySlice<UInt8> {
        guard count >= 0, count <= rest.count else { throw ChunkDamage() }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}

/// The bytes of a chunk are not what a chunk can be.
struct ChunkDamage: Error {}

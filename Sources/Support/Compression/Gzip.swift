import CZlib

/// The gzip form (RFC 1952) of bytes that are whole in memory.
public enum Gzip {
    /// 15 bits of window; 16 more ask zlib for gzip's head and end instead of its own.
    private static let windowBits: Int32 = 15 + 16
    private static let memoryLevel: Int32 = 8

    /// The bytes compressed, at zlib's default of speed against size; nil when there is no memory for it, or more bytes
    /// than zlib counts (4 GiB): then they are to be used as they are.
    public static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        guard let count = UInt32(exactly: bytes.count) else { return nil }
        var stream = z_stream()
        let begun = deflateInit2_(
            &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, windowBits, memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard begun == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        guard let most = UInt32(exactly: deflateBound(&stream, UInt(count))) else { return nil }
        var input = bytes
        let output = [UInt8](unsafeUninitializedCapacity: Int(most)) { output, written in
            input.withUnsafeMutableBufferPointer { input in
                stream.next_in = input.baseAddress
                stream.avail_in = count
                stream.next_out = output.baseAddress
                stream.avail_out = most
                // With room for the worst case one call does it all.
                written = deflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(most - stream.avail_out) : 0
            }
        }
        return output.isEmpty ? nil : output
    }
}

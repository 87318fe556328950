import CLinux
import Crypto

/// The checksums of bytes, computed as they pass.
struct Checksums {
    private(set) var size: Int64 = 0
    private(set) var crc32c: UInt32 = 0
    private var digest = Insecure.MD5()

    /// Goes on with more bytes.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        size += Int64(bytes.count)
        crc32c = clinux_crc32c(crc32c, bytes.baseAddress, bytes.count)
        digest.update(bufferPointer: bytes)
    }

    /// The MD5 of all bytes so far.
    var md5: [UInt8] { Array(digest.finalize()) }
}

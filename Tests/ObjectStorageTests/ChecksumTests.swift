import CLinux
import Testing

@testable import ObjectStorage

@Suite struct ChecksumTests {
    static func crc(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { clinux_crc32c(0, $0.baseAddress, $0.count) } }

    @Test("CRC-32C has the values of RFC 3720")
    func vectors() {
        #expect(Self.crc([]) == 0)
        #expect(Self.crc(Array("123456789".utf8)) == 0xE306_9283)
        #expect(Self.crc([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(Self.crc([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(Self.crc(Array(0..<32)) == 0x46DD_794E)
        #expect(Self.crc(Array((0..<32).reversed())) == 0x113F_DB5C)
    }

    @Test("The instruction, the tables and any cutting into parts agree")
    func agreement() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0...200)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let offset = Int.random(in: 0...bytes.count)
            let byTables = bytes.withUnsafeBytes { clinux_crc32c_by_tables(0, $0.baseAddress, $0.count) }
            #expect(Self.crc(bytes) == byTables)
            var parts = Checksums()
            bytes[..<offset].withUnsafeBytes { parts.update($0) }
            bytes[offset...].withUnsafeBytes { parts.update($0) }
            #expect(parts.crc32c == byTables && parts.size == Int64(bytes.count))
            var whole = Checksums()
            bytes.withUnsafeBytes { whole.update($0) }
            #expect(whole.md5 == parts.md5)
        }
    }
}

import Compression
import Foundation
import TestSupport
import Testing

@Suite("Gzip")
struct GzipTests {
    /// What `gzip` of the system makes of it.
    private func unpacked(_ bytes: [UInt8]) async throws -> [UInt8] {
        let folder = try TestFolder()
        try Data(bytes).write(to: URL(filePath: folder.file("packed.gz")))
        let result = try await run("gzip", ["--decompress", "--stdout", folder.file("packed.gz")])
        try #require(result.status == 0, "\(result.errors)")
        return result.bytes
    }

    @Test("gzip reads back every byte", arguments: [0, 1, 100, 70_000, 3_000_000])
    func roundTrip(count: Int) async throws {
        var state: UInt64 = 1
        let random = (0..<count).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        for bytes in [random, [UInt8](repeating: 7, count: count)] {
            let packed = try #require(Gzip.compress(bytes))
            #expect(try await unpacked(packed) == bytes)
        }
    }

    @Test("text becomes small")
    func small() throws {
        let text = Array(String(repeating: "trivet_things_total{kind=\"small\"} 12\n", count: 1_000).utf8)
        #expect(try #require(Gzip.compress(text)).count < text.count / 20)
    }
}

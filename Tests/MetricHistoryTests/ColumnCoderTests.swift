import Testing

@testable import MetricHistory

@Suite("ColumnCoder")
struct ColumnCoderTests {
    private func roundTrip(_ values: [Double]) throws -> Int {
        var writer = ByteWriter()
        ColumnCoder.encode(values, into: &writer)
        var reader = ByteReader(writer.bytes)
        let decoded = try ColumnCoder.decode(values.count, from: &reader)
        #expect(decoded.map(\.bitPattern) == values.map(\.bitPattern))
        #expect(reader.isAtEnd)
        return writer.bytes.count
    }

    @Test("every Double comes back bit for bit")
    func extremes() throws {
        let odd: [Double] = [
            0, -0.0, 1, -1, .pi, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
            9_007_199_254_740_991, 9_007_199_254_740_992, 9_007_199_254_740_994, -9_007_199_254_740_991, 1e300, 0.1,
        ]
        _ = try roundTrip([])
        _ = try roundTrip(odd)
        for value in odd {
            _ = try roundTrip([value])
            _ = try roundTrip([value, value, 1, value])
        }
    }

    @Test("random values of every shape come back bit for bit")
    func random() throws {
        var generator = Seeded(1)
        for round in 0..<400 {
            let values = (0..<(round % 250)).map { index -> Double in
                switch round % 6 {
                case 0: Double.random(in: -1...1, using: &generator)
                case 1: Double(Int.random(in: -9_000_000_000_000_000...9_000_000_000_000_000, using: &generator))
                case 2: Double(Int.random(in: 0...3, using: &generator))
                case 3: Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &generator))
                case 4: (Double(Int.random(in: 0...100_000, using: &generator)) / 100).withoutNoise
                default: Double(index * 4_096 * Int.random(in: 1...2, using: &generator))
                }
            }
            _ = try roundTrip(values)
        }
    }

    @Test("what does not change, rises evenly, or is decimal, is small")
    func sizes() throws {
        #expect(try roundTrip(Array(repeating: 0, count: 240)) == 1)
        #expect(try roundTrip(Array(repeating: 1_760_000_000.123, count: 240)) < 14)
        #expect(try roundTrip((0..<240).map { Double($0) * 0.01 }.map(\.withoutNoise)) < 245)
        #expect(try roundTrip((0..<240).map { Double(1_000 + ($0 % 3)) * 1_048_576 }) < 255)
    }

    @Test("damaged bytes are told, never trusted")
    func damage() {
        var generator = Seeded(2)
        let coder = ChunkCoder(kind: .histogram, bounds: [1, 2, 3])
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { index in
                index == 0 ? 1 : UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? coder.decode(bytes)
            var reader = ByteReader(bytes)
            _ = try? ColumnCoder.decode(240, from: &reader)
        }
        var cut = ByteReader([1, 0, 0x80])
        #expect(throws: ChunkDamage.self) { try ColumnCoder.decode(1, from: &cut) }
        var endless = ByteReader([2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
        #expect(throws: ChunkDamage.self) { try ColumnCoder.decode(1, from: &endless) }
    }
}

/// Doubles that are no decimals of a few digits: each as the bits in which it differs from the one before, as Facebook's
/// Gorilla has it.
///
/// A bit 0: the same value. 1, 0: the differing bits lie in the same window as the last time. 1, 1: five bits for the
/// zeros in front (at most 31), six for the window's width less one, then the window.
enum FloatBits {
    static func encode(_ values: [Double]) -> [UInt8] {
        var writer = BitWriter()
        var previous: UInt64 = 0
        var window: (leading: Int, width: Int)?
        for value in values {
            let difference = value.bitPattern ^ previous
            previous = value.bitPattern
            guard difference != 0 else {
                writer.write(0, bits: 1)
                continue
            }
            writer.write(1, bits: 1)
            let leading = min(31, difference.leadingZeroBitCount)
            let trailing = difference.trailingZeroBitCount
            if let window, leading >= window.leading, trailing >= 64 - window.leading - window.width {
                writer.write(0, bits: 1)
                writer.write(difference >> UInt64(64 - window.leading - window.width), bits: window.width)
            } else {
                let width = 64 - leading - trailing
                writer.write(1, bits: 1)
                writer.write(UInt64(leading), bits: 5)
                writer.write(UInt64(width - 1), bits: 6)
                writer.write(difference >> UInt64(trailing), bits: width)
                window = (leading, width)
            }
        }
        return writer.bytes
    }

    static func decode(_ bytes: ArraySlice<UInt8>, count: Int) throws(ChunkDamage) -> [Double] {
        var reader = BitReader(bytes)
        var values: [Double] = []
        var previous: UInt64 = 0
        var window: (leading: Int, width: Int)?
        for _ in 0..<count {
            if try reader.read(bits: 1) == 1 {
                if try reader.read(bits: 1) == 1 {
                    let leading = Int(try reader.read(bits: 5))
                    window = (leading, Int(try reader.read(bits: 6)) + 1)
                }
                guard let window, window.leading + window.width <= 64 else { throw ChunkDamage() }
                let difference = try reader.read(bits: window.width)
                previous ^= difference << UInt64(64 - window.leading - window.width)
            }
            values.append(Double(bitPattern: previous))
        }
        return values
    }
}

/// Bits, the most significant first.
private struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var free = 0

    mutating func write(_ value: UInt64, bits: Int) {
        for shift in stride(from: bits - 1, through: 0, by: -1) {
            if free == 0 {
                bytes.append(0)
                free = 8
            }
            free -= 1
            if (value >> UInt64(shift)) & 1 == 1 { bytes[bytes.count - 1] |= 1 << UInt8(free) }
        }
    }
}

private struct BitReader {
    private var bytes: ArraySlice<UInt8>
    private var current: UInt8 = 0
    private var left = 0

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    mutating func read(bits: Int) throws(ChunkDamage) -> UInt64 {
        var value: UInt64 = 0
        for _ in 0..<bits {
            if left == 0 {
                guard let next = bytes.popFirst() else { throw ChunkDamage() }
                current = next
                left = 8
            }
            left -= 1
            value = (value << 1) | UInt64((current >> UInt8(left)) & 1)
        }
        return value
    }
}

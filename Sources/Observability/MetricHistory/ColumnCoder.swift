/// One column of a chunk: the same quantity in bucket after bucket. The first of these forms that holds
/// the values exactly is taken:
///
/// - `0`: nothing but zeros.
/// - `1`: decimals. A byte with the number of digits after the point (0 to 9) and the flags below; then whole numbers
///   as zigzag varints, and after each zero a varint that tells how many more zeros follow.
/// - `2`: a varint with the number of bytes that follow, and `FloatBits`.
enum ColumnCoder {
    /// The numbers are differences, each to the one before.
    private static let differences: UInt8 = 0x10
    /// A varint follows: what all numbers are to be multiplied by, such as the size of a page of memory.
    private static let factor: UInt8 = 0x20
    private static let mostDigits = 9
    /// Up to here every whole number is a Double of its own.
    private static let wholeLimit = 9_007_199_254_740_992.0
    private static let powers: [Double] = (0...mostDigits).map { digits in
        (0..<digits).reduce(1.0) { power, _ in power * 10 }
    }

    static func encode(_ values: [Double], into writer: inout ByteWriter) {
        guard values.contains(where: { $0.bitPattern != 0 }) else { return writer.byte(0) }
        guard let (numbers, digits) = decimals(values) else { return writer.append(floats(values)) }
        let (plain, rising) = (whole(numbers, digits, false), whole(numbers, digits, true))
        writer.append(plain.count <= rising.count ? plain : rising)
    }

    static func decode(_ count: Int, from reader: inout ByteReader) throws(ChunkDamage) -> [Double] {
        switch try reader.byte() {
        case 0: return Array(repeating: 0, count: count)
        case 1: return try decimals(count, from: &reader)
        case 2:
            guard let size = Int(exactly: try reader.varint()) else { throw ChunkDamage() }
            return try FloatBits.decode(try reader.bytes(size), count: count)
        default: throw ChunkDamage()
        }
    }

    private static func floats(_ values: [Double]) -> [UInt8] {
        var writer = ByteWriter()
        let bits = FloatBits.encode(values)
        writer.byte(2)
        writer.varint(UInt64(bits.count))
        writer.append(bits)
        return writer.bytes
    }

    /// The values as whole numbers of the least decimal unit that holds all of them exactly.
    private static func decimals(_ values: [Double]) -> (numbers: [Int64], digits: Int)? {
        var numbers: [Int64] = []
        search: for (digits, power) in powers.enumerated() {
            numbers.removeAll(keepingCapacity: true)
            for value in values {
                let scaled = (value * power).rounded()
                guard abs(scaled) < wholeLimit else { return nil }
                // A whole number has no negative zero.
                guard (scaled / power).bitPattern == value.bitPattern, scaled.bitPattern != (-0.0).bitPattern else {
                    continue search
                }
                numbers.append(Int64(scaled))
            }
            return (numbers, digits)
        }
        return nil
    }

    private static func whole(_ numbers: [Int64], _ digits: Int, _ asDifferences: Bool) -> [UInt8] {
        var writer = ByteWriter()
        let common = numbers.reduce(0) { commonDivisor($0, $1.magnitude) }
        let divisor = Int64(max(1, common))
        writer.byte(1)
        writer.byte(UInt8(digits) | (asDifferences ? differences : 0) | (divisor > 1 ? factor : 0))
        if divisor > 1 { writer.varint(UInt64(divisor)) }
        var previous: Int64 = 0
        var zeros: UInt64 = 0
        for number in numbers.map({ $0 / divisor }) {
            let next = asDifferences ? number - previous : number
            previous = number
            if next == 0 {
                zeros += 1
            } else {
                write(zeros: zeros, to: &writer)
                zeros = 0
                writer.zigzag(next)
            }
        }
        write(zeros: zeros, to: &writer)
        return writer.bytes
    }

    private static func write(zeros: UInt64, to writer: inout ByteWriter) {
        guard zeros > 0 else { return }
        writer.byte(0)
        writer.varint(zeros - 1)
    }

    private static func decimals(_ count: Int, from reader: inout ByteReader) throws(ChunkDamage) -> [Double] {
        let head = try reader.byte()
        let digits = Int(head & 0x0F)
        guard digits <= mostDigits, head < 0x40 else { throw ChunkDamage() }
        let divisor = head & factor != 0 ? Int64(bitPattern: try reader.varint()) : 1
        var values: [Double] = []
        var previous: Int64 = 0
        var zeros: UInt64 = 0
        while values.count < count {
            var next: Int64 = 0
            if zeros > 0 {
                zeros -= 1
            } else {
                next = try reader.zigzag()
                if next == 0 { zeros = try reader.varint() }
            }
            let number = head & differences != 0 ? previous &+ next : next
            previous = number
            values.append(Double(number &* divisor) / powers[digits])
        }
        guard zeros == 0 else { throw ChunkDamage() }
        return values
    }

    private static func commonDivisor(_ first: UInt64, _ second: UInt64) -> UInt64 {
        var (first, second) = (first, second)
        while second != 0 { (first, second) = (second, first % second) }
        return first
    }
}

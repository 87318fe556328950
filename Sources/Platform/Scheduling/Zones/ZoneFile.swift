/// A file of the compiled tz database (TZif, RFC 8536), of version 2 or later.
struct ZoneFile: Sendable {
    /// The zone that the file tells.
    let zone: Zone

    /// The rule for all times to come is unrolled up to here, and the clocks stay as they are then.
    private static let lastYear: Int64 = 2499

    /// Reads a file; nil for what is none, is cut off, or counts leap seconds, which the system's clock does not.
    init?(_ bytes: [UInt8]) {
        var reader = Reader(rest: bytes[...])
        // The first part is the same in 32 bits, for readers of 1986.
        guard let old = Header(&reader), old.version >= UInt8(ascii: "2"), reader.take(old.size(of: 4)) != nil,
            let header = Header(&reader), header.leapSeconds == 0, header.types > 0,
            let body = reader.take(header.size(of: 8)), reader.take(1)?.first == 0x0A,
            let end = reader.rest.firstIndex(of: 0x0A)
        else { return nil }
        let footer = reader.rest[..<end]
        var parts = Reader(rest: body)
        guard let seconds = parts.integers(header.transitions, width: 8),
            let types = parts.take(header.transitions).map(Array.init),
            let offsets = Self.offsets(&parts, header.types), types.allSatisfy({ Int($0) < offsets.count }),
            zip(seconds, seconds.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        var transitions = zip(seconds, types).map { Zone.Transition(second: $0, offset: offsets[Int($1)]) }
        if !footer.isEmpty {
            guard let rule = ZoneRule(parsing: footer) else { return nil }
            transitions += Self.unroll(rule, after: transitions.last?.second ?? 0)
        }
        zone = Zone(first: offsets[0], transitions: transitions)
    }

    private static func unroll(_ rule: ZoneRule, after second: Int64) -> [Zone.Transition] {
        let day = second >= 0 ? second / 86_400 : (second - 86_399) / 86_400
        let year = CivilTime(dayNumber: day).year
        guard year <= lastYear else { return [] }
        return rule.transitions(years: year...lastYear).filter { $0.second > second }
    }

    /// Each type's offset, which stands before a flag and the place of its name.
    private static func offsets(_ reader: inout Reader, _ count: Int) -> [Int64]? {
        var offsets: [Int64] = []
        for _ in 0..<count {
            // Beyond a day and a bit there is no zone: a file that says so is damaged.
            guard let offset = reader.integer(4), offset.magnitude < 26 * 3600, reader.take(2) != nil else {
                return nil
            }
            offsets.append(offset)
        }
        return offsets
    }

    /// What stands before each of the file's two parts.
    private struct Header {
        let version: UInt8
        let leapSeconds: Int
        let transitions: Int
        let types: Int
        private let isUTCs: Int
        private let isStandards: Int
        private let nameBytes: Int

        init?(_ reader: inout Reader) {
            guard let start = reader.take(20), start.starts(with: "TZif".utf8),
                let counts = reader.integers(6, width: 4)?.map({ Int($0) }),
                counts.allSatisfy({ (0...65_535).contains($0) })
            else { return nil }
            version = start[start.startIndex + 4]
            (isUTCs, isStandards, leapSeconds) = (counts[0], counts[1], counts[2])
            (transitions, types, nameBytes) = (counts[3], counts[4], counts[5])
        }

        /// The bytes of the part, whose times have so many each.
        func size(of time: Int) -> Int {
            transitions * (time + 1) + types * 6 + nameBytes + leapSeconds * (time + 4) + isStandards + isUTCs
        }
    }

    /// Takes bytes and big-endian numbers from the front.
    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }

        mutating func integer(_ width: Int) -> Int64? {
            guard let bytes = take(width) else { return nil }
            let bits = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return width == 8 ? Int64(bitPattern: bits) : Int64(Int32(truncatingIfNeeded: bits))
        }

        mutating func integers(_ count: Int, width: Int) -> [Int64]? {
            var integers: [Int64] = []
            for _ in 0..<count {
                guard let integer = integer(width) else { return nil }
                integers.append(integer)
            }
            return integers
        }
    }
}

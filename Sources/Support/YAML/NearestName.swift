/// Finds the name that somebody who mistyped may have meant.
public enum NearestName {
    /// The candidate that is nearest to `name`, or nil if none is near: at most one change in three letters.
    public static func of(_ name: String, in candidates: some Sequence<String>) -> String? {
        let bytes = fold(name)
        // Nobody mistypes so long a name into one of ours, and the distance costs the product of both lengths.
        guard bytes.count <= 100 else { return nil }
        let near = candidates.map { (name: $0, distance: distance(bytes, fold($0))) }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        guard let near, near.distance <= max(1, bytes.count / 3) else { return nil }
        return near.name
    }

    /// Capitals, hyphens and underscores are the likeliest confusions, so they cost nothing.
    private static func fold(_ name: String) -> [UInt8] {
        name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "_")
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            default: byte
            }
        }
    }

    /// The number of insertions, deletions, replacements and swaps of neighbours that make `right` of `left`.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var best = min(last[column + 1] + 1, current[column] + 1, last[column] + (byte == other ? 0 : 1))
                if row > 0, column > 0, byte == right[column - 1], left[row - 1] == other {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}

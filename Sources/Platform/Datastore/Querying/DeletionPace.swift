/// How much one write of a long deletion removes, and how long the deletion waits before the next.
///
/// A chunk costs a transaction and a flush, so that large ones are quick together; but whoever stores waits behind the
/// chunk that shares their commit. So chunks are as large as fits into a time, which is short while others store, and
/// then the deletion leaves most of the writer to them: with less, the few stores that meet a checkpoint are more than
/// one in a hundred.
struct DeletionPace {
    /// Entities of a chunk.
    static let sizes = 100...20_000
    /// What a chunk may take while nobody stores, and while somebody does.
    static let alone = Duration.milliseconds(40)
    static let besideOthers = Duration.milliseconds(2)
    /// How many times as long as a chunk took the writer is left to others.
    static let othersShare = 7

    /// How many entities the next chunk removes. The first one finds out what they cost.
    private(set) var chunk = 500

    /// Makes the next chunk smaller, after one for whose log the disk had no room; false when it cannot be.
    mutating func shrink() -> Bool {
        guard chunk > 1 else { return false }
        chunk = max(1, chunk / 8)
        return true
    }

    /// Fits the size to what the last chunk took; returns how long to wait before the next one.
    mutating func next(after took: Duration, othersStore: Bool) -> Duration {
        let ratio = (othersStore ? Self.besideOthers : Self.alone) / max(took, .microseconds(1))
        // Twice at most: one chunk that was quick by chance must not make the next one long.
        let size = Int(Double(chunk) * min(2, max(0.1, ratio)))
        chunk = min(Self.sizes.upperBound, max(Self.sizes.lowerBound, size))
        return othersStore ? min(took, Self.alone) * Self.othersShare : .zero
    }
}

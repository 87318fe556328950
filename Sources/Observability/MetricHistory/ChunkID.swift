import Settings

/// Which span of which tier: the same for all series.
struct ChunkID: Hashable, Sendable {
    /// The width of a bucket, in microseconds.
    let step: Int64
    /// Counted from 1970.
    let number: Int64

    /// The chunk, and the place in it, of the bucket that holds an instant (microseconds since 1970).
    static func locate(_ time: Int64, step: Int64) -> (chunk: ChunkID, place: Int) {
        let bucket = time.floored(by: step)
        let number = bucket.floored(by: Int64(ChunkCoder.slots))
        return (ChunkID(step: step, number: number), Int(bucket - number * Int64(ChunkCoder.slots)))
    }

    /// When the bucket at a place begins, in microseconds since 1970.
    func time(of place: Int) -> Int64 {
        (number * Int64(ChunkCoder.slots) + Int64(place)) * step
    }

    /// When the chunk ends.
    var end: Int64 { time(of: ChunkCoder.slots) }
}

extension Int64 {
    /// The quotient, rounded down also below zero.
    func floored(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

extension Duration {
    var inMicroseconds: Int64 {
        let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .max : whole.addingReportingOverflow(components.attoseconds / 1_000_000_000_000).partialValue
    }
}

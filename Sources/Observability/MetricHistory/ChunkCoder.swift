/// The bytes of a chunk: up to ``slots`` buckets of one series, column by column. Times are not in it: a bucket's place
/// tells its time. docs/metric-history.md describes the format.
struct ChunkCoder {
    /// Buckets in a chunk.
    static let slots = 240
    private static let version: UInt8 = 1

    let kind: MetricKind
    /// The bounds of a histogram's buckets; empty for others.
    let bounds: [Double]

    /// The bytes for buckets by their places in the chunk.
    func encode(_ buckets: [Int: MetricBucket]) -> [UInt8] {
        let places = buckets.keys.sorted()
        let present = places.compactMap { buckets[$0] }
        var samples = [Double](repeating: 0, count: (places.last ?? -1) + 1)
        for (place, bucket) in zip(places, present) { samples[place] = Double(bucket.samples) }
        var writer = ByteWriter()
        writer.byte(Self.version)
        writer.varint(UInt64(samples.count))
        ColumnCoder.encode(samples, into: &writer)
        switch kind {
        case .gauge: encode(gauges: present, into: &writer)
        case .counter: encode(counters: present, into: &writer)
        case .histogram: encode(histograms: present, into: &writer)
        }
        return writer.bytes
    }

    /// The buckets that `bytes` hold, by their places.
    func decode(_ bytes: [UInt8]) throws(ChunkDamage) -> [Int: MetricBucket] {
        var reader = ByteReader(bytes)
        guard try reader.byte() == Self.version, let count = Int(exactly: try reader.varint()), count <= Self.slots
        else { throw ChunkDamage() }
        let samples = try ColumnCoder.decode(count, from: &reader)
        let places = samples.indices.filter { samples[$0] != 0 }
        let contents: [(covered: Int64, content: MetricBucket.Content)]
        switch kind {
        case .gauge: contents = try gauges(places.map { samples[$0] }, from: &reader)
        case .counter: contents = try counters(places.count, from: &reader)
        case .histogram: contents = try histograms(places.count, from: &reader)
        }
        guard reader.isAtEnd else { throw ChunkDamage() }
        var buckets: [Int: MetricBucket] = [:]
        for (place, content) in zip(places, contents) {
            guard let number = Int32(exactly: samples[place]), number > 0 else { throw ChunkDamage() }
            buckets[place] = MetricBucket(samples: Int(number), covered: content.covered, content: content.content)
        }
        return buckets
    }

    // MARK: Gauges

    /// The least values; and where they do not tell the rest, a 1, the greatest and the sums.
    private func encode(gauges: [MetricBucket], into writer: inout ByteWriter) {
        var (least, greatest, sums): ([Double], [Double], [Double]) = ([], [], [])
        var isTold = true
        for bucket in gauges {
            guard case .gauge(let min, let max, let sum) = bucket.content else { continue }
            least.append(min)
            greatest.append(max)
            sums.append(sum)
            if max.bitPattern != min.bitPattern || sum.bitPattern != (min * Double(bucket.samples)).bitPattern {
                isTold = false
            }
        }
        writer.byte(isTold ? 0 : 1)
        ColumnCoder.encode(least, into: &writer)
        guard !isTold else { return }
        ColumnCoder.encode(greatest, into: &writer)
        ColumnCoder.encode(sums, into: &writer)
    }

    private func gauges(
        _ samples: [Double], from reader: inout ByteReader
    ) throws(ChunkDamage) -> [(Int64, MetricBucket.Content)] {
        let isTold = try reader.byte() == 0
        let least = try ColumnCoder.decode(samples.count, from: &reader)
        let greatest = isTold ? least : try ColumnCoder.decode(samples.count, from: &reader)
        let sums = isTold ? zip(least, samples).map(*) : try ColumnCoder.decode(samples.count, from: &reader)
        return samples.indices.map { (0, .gauge(min: least[$0], max: greatest[$0], sum: sums[$0])) }
    }

    // MARK: Counters

    /// The values at the end; and a column that is 0 where the increase is the difference to the bucket before, -1 where
    /// it is 0 though the values differ, and else the increase: so after a reset.
    private func encode(counters: [MetricBucket], into writer: inout ByteWriter) {
        var (values, increases): ([Double], [Double]) = ([], [])
        var previous = 0.0
        for bucket in counters {
            guard case .counter(let increase, let last) = bucket.content else { continue }
            let difference = (last - previous).withoutNoise
            values.append(last)
            increases.append(increase == difference ? 0 : increase == 0 ? -1 : increase)
            previous = last
        }
        encode(covered: counters, into: &writer)
        ColumnCoder.encode(values, into: &writer)
        ColumnCoder.encode(increases, into: &writer)
    }

    private func counters(
        _ count: Int, from reader: inout ByteReader
    ) throws(ChunkDamage) -> [(Int64, MetricBucket.Content)] {
        let covered = try covered(count, from: &reader)
        let values = try ColumnCoder.decode(count, from: &reader)
        let increases = try ColumnCoder.decode(count, from: &reader)
        var previous = 0.0
        return values.indices.map { index in
            let difference = (values[index] - previous).withoutNoise
            previous = values[index]
            let told = increases[index]
            return (
                covered[index],
                .counter(increase: told == 0 ? difference : told == -1 ? 0 : told, last: values[index])
            )
        }
    }

    // MARK: Histograms

    /// The sums, then a column for each of the histogram's buckets.
    private func encode(histograms: [MetricBucket], into writer: inout ByteWriter) {
        var sums: [Double] = []
        var columns = [[Double]](repeating: [], count: bounds.count + 1)
        for bucket in histograms {
            guard case .histogram(let counts, let sum) = bucket.content else { continue }
            sums.append(sum)
            for index in columns.indices {
                columns[index].append(counts.indices.contains(index) ? Double(counts[index]) : 0)
            }
        }
        encode(covered: histograms, into: &writer)
        ColumnCoder.encode(sums, into: &writer)
        for column in columns { ColumnCoder.encode(column, into: &writer) }
    }

    private func histograms(
        _ count: Int, from reader: inout ByteReader
    ) throws(ChunkDamage) -> [(Int64, MetricBucket.Content)] {
        let covered = try covered(count, from: &reader)
        let sums = try ColumnCoder.decode(count, from: &reader)
        var columns: [[UInt64]] = []
        for _ in 0...bounds.count {
            var column: [UInt64] = []
            for value in try ColumnCoder.decode(count, from: &reader) {
                guard let whole = UInt64(exactly: value) else { throw ChunkDamage() }
                column.append(whole)
            }
            columns.append(column)
        }
        return sums.indices.map { index in
            let counts = columns.map { $0[index] }
            return (
                covered[index], .histogram(counts: counts.allSatisfy { $0 == 0 } ? [] : counts, sum: sums[index])
            )
        }
    }

    // MARK: Covered time

    private func encode(covered buckets: [MetricBucket], into writer: inout ByteWriter) {
        ColumnCoder.encode(buckets.map { Double($0.covered) }, into: &writer)
    }

    private func covered(_ count: Int, from reader: inout ByteReader) throws(ChunkDamage) -> [Int64] {
        var values: [Int64] = []
        for value in try ColumnCoder.decode(count, from: &reader) {
            guard let whole = Int64(exactly: value), whole >= 0 else { throw ChunkDamage() }
            values.append(whole)
        }
        return values
    }
}

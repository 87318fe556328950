import Instruments

/// The series of a made-up daemon, whose values are moved by hand: so that a year passes in minutes.
///
/// Of 113 series 60 are idle counters, 15 counters and 15 histograms of routes (four busy, six called now and then, five
/// never), two histograms of batch sizes, 20 gauges (six move, by whole pages of memory) and one counter of fractions.
struct MadeUpDaemon {
    private enum Kind {
        case idle
        case counter(perSecond: Double)
        case spent
        case gauge(moves: Bool)
        case histogram(perSecond: Double)
    }

    private let series: [(name: String, labels: String, kind: Kind)]
    private var totals: [Double]
    private var counts: [[UInt64]]
    private var random: UInt64 = 11

    /// The bounds of every histogram: those of latencies that are made without bounds of their own.
    private static let bounds = MetricBuckets.seconds

    init(series count: Int) {
        series = (0..<count).map { number in
            let kind: Kind
            switch number % 113 {
            case 0..<60: kind = .idle
            case 60..<75: kind = .counter(perSecond: Self.rate(of: number % 113 - 60))
            case 75..<90: kind = .histogram(perSecond: Self.rate(of: number % 113 - 75))
            case 90..<92: kind = .histogram(perSecond: 3)
            case 92..<98: kind = .gauge(moves: true)
            case 98..<112: kind = .gauge(moves: false)
            default: kind = .spent
            }
            return ("trivet_made_up_\(number % 113)", "number=\"\(number / 113)\",route=\"/api/v1/things\"", kind)
        }
        totals = Array(repeating: 0, count: count)
        counts = Array(repeating: Array(repeating: 0, count: Self.bounds.count + 1), count: count)
    }

    /// Samples as the exposition has them: a histogram is one for each bucket, +Inf, the sum and the count.
    var expositionSamples: Int {
        series.reduce(0) { sum, series in
            if case .histogram = series.kind { sum + Self.bounds.count + 3 } else { sum + 1 }
        }
    }

    /// Lets some seconds pass, and samples.
    mutating func sample(after seconds: Double) -> [MetricSample] {
        series.indices.map { index in
            let (name, labels, kind) = series[index]
            switch kind {
            case .idle: return MetricSample(name: name, labels: labels, value: .counter(0))
            case .counter(let rate):
                totals[index] += Double(number(about: rate * seconds))
                return MetricSample(name: name, labels: labels, value: .counter(totals[index]))
            case .spent:
                totals[index] += Double(number(about: 2 * seconds)) / 100
                return MetricSample(name: name, labels: labels, value: .counter(totals[index].rounded(digits: 2)))
            case .gauge(let moves):
                let pages = moves ? 50_000 + Int(next() % 200) : index
                return MetricSample(name: name, labels: labels, value: .gauge(Double(4_096 * pages)))
            case .histogram(let rate):
                record(number(about: rate * seconds), at: index)
                return MetricSample(
                    name: name, labels: labels,
                    value: .histogram(bounds: Self.bounds, counts: counts[index], sum: totals[index].rounded(digits: 6))
                )
            }
        }
    }

    private static func rate(of route: Int) -> Double { route < 4 ? 4 : route < 10 ? 0.1 : 0 }

    private mutating func next() -> UInt64 {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return random >> 33
    }

    /// A whole number between half and one and a half times what is expected.
    private mutating func number(about expected: Double) -> UInt64 {
        guard expected > 0 else { return 0 }
        let thousandths = UInt64(expected * 1_000) + 1
        let some = thousandths / 2 + next() % thousandths
        return (some + next() % 1_000) / 1_000
    }

    /// Latencies: most in three buckets, two of a hundred far above.
    private mutating func record(_ values: UInt64, at index: Int) {
        let slow = values * (next() % 5) / 100
        let shares = [2 + next() % 3, 3 + next() % 3, 1 + next() % 2]
        let all = shares.reduce(0, +)
        var rest = values - slow
        for (bucket, share) in shares.enumerated() {
            let part = bucket == 2 ? rest : min(rest, (values - slow) * share / all)
            counts[index][bucket + 1] += part
            rest -= part
        }
        counts[index][8] += slow
        let quickMicroseconds = (values - slow) * (200 + next() % 300)
        let slowMicroseconds = slow * (8_000 + next() % 9_000)
        totals[index] += Double(quickMicroseconds + slowMicroseconds) / 1e6
    }
}

extension Double {
    fileprivate func rounded(digits: Int) -> Double {
        let power = digits == 2 ? 100.0 : 1e6
        return (self * power).rounded() / power
    }
}

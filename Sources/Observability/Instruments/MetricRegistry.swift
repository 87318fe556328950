public import CoreMetrics
public import MetricDescribing
import Synchronization

/// Keeps every metric of the process and writes them in Prometheus' text form.
///
/// It is a backend for swift-metrics: a label is the metric's name in the exposition, dimensions are its labels. Counters
/// become counters, meters and recorders that do not aggregate gauges, recorders that aggregate histograms, and timers
/// histograms of seconds. A second handle for the same name and labels is the same instrument. Make a handle once and
/// keep it: making one takes a lock, using one does not, or only the histogram's own for a few instructions.
///
/// A metric that cannot be exposed (see ``rejections``) gets an instrument that counts for nobody.
public final class MetricRegistry: MetricsFactory, MetricDescribing, Sendable {
    private struct Description {
        var help: String
        var buckets: [Double]?
    }

    private struct State {
        var families: [String: MetricFamily] = [:]
        var descriptions: [String: Description] = [:]
        var collectors: [@Sendable (MetricRegistry) -> Void] = []
        var rejections: [MetricRejection] = []
        /// Sample names of all families, each with the family that has it.
        var sampleNames: [String: String] = [:]
    }

    private let state = Mutex(State())

    /// An empty registry.
    public init() {}

    /// What was asked for and not taken, because a name or label is not valid or contradicts another metric: mistakes
    /// in the code. The first hundred are kept.
    public var rejections: [MetricRejection] { state.withLock(\.rejections) }

    /// The names of metrics that exist without a help text of their own, sorted.
    public var undescribed: [String] {
        state.withLock { state in state.families.keys.filter { state.descriptions[$0] == nil }.sorted() }
    }

    /// See ``MetricDescribing/describe(_:help:buckets:)``. Buckets that are not ascending are rejected.
    public func describe(_ name: String, help: String, buckets: [Double]? = nil) {
        state.withLock { state in
            var description = Description(help: help, buckets: buckets)
            if let buckets, !MetricBuckets.areValid(buckets) {
                description.buckets = nil
                Self.reject(name, MetricRejection(reason: "buckets are not finite and ascending"), in: &state)
            }
            state.descriptions[name] = description
        }
    }

    /// Adds what is to run before each exposition, to bring up to date what is measured only when somebody looks.
    public func addCollector(_ collect: @escaping @Sendable (MetricRegistry) -> Void) {
        state.withLock { $0.collectors.append(collect) }
    }

    /// Every metric, sorted by name, in Prometheus' text form 0.0.4
    /// (`Content-Type: text/plain; version=0.0.4; charset=utf-8`).
    public func exposition() -> [UInt8] {
        for collect in state.withLock(\.collectors) { collect(self) }
        let (families, descriptions) = state.withLock { ($0.families, $0.descriptions) }
        var writer = ExpositionWriter()
        for family in families.values.sorted(by: { $0.name < $1.name }) {
            writer.write(family, help: descriptions[family.name]?.help ?? "Not described.")
        }
        return writer.bytes
    }

    /// What every series holds now, in no order; the collectors run before.
    public func samples() -> [MetricSample] {
        for collect in state.withLock(\.collectors) { collect(self) }
        return state.withLock(\.families).values.flatMap(\.samples)
    }

    /// Sets a counter whose true count is kept elsewhere, such as by the kernel; for collectors.
    public func set(counter name: String, _ dimensions: [(String, String)] = [], to total: Double) {
        counter(name, dimensions).set(to: total)
    }

    /// Sets a gauge; for collectors.
    public func set(gauge name: String, _ dimensions: [(String, String)] = [], to value: Double) {
        gauge(name, dimensions).set(value)
    }

    func counter(_ name: String, _ dimensions: [(String, String)]) -> CounterInstrument {
        guard case .counter(let counter) = instrument(.counter, name, dimensions) else { return CounterInstrument() }
        return counter
    }

    func gauge(_ name: String, _ dimensions: [(String, String)]) -> GaugeInstrument {
        guard case .gauge(let gauge) = instrument(.gauge, name, dimensions) else { return GaugeInstrument() }
        return gauge
    }

    func histogram(_ name: String, _ dimensions: [(String, String)]) -> HistogramInstrument {
        guard case .histogram(let histogram) = instrument(.histogram, name, dimensions) else {
            return HistogramInstrument(bounds: MetricBuckets.standard(for: name))
        }
        return histogram
    }

    /// Finds or makes an instrument; nil if the metric is rejected.
    private func instrument(
        _ kind: MetricFamily.Kind, _ name: String, _ dimensions: [(String, String)]
    ) -> MetricFamily.Instrument? {
        state.withLock { state in
            do throws(MetricRejection) {
                let labels = try MetricLabels(dimensions, reserved: kind == .histogram ? "le" : nil)
                try Self.ensureFamily(kind, name, in: &state)
                return state.families[name]?.instrument(labels)
            } catch {
                Self.reject(name, error, in: &state)
                return nil
            }
        }
    }

    /// Makes the family `name` of this kind if it is new.
    private static func ensureFamily(
        _ kind: MetricFamily.Kind, _ name: String, in state: inout State
    ) throws(MetricRejection) {
        if let known = state.families[name] {
            guard known.kind == kind else { throw MetricRejection(reason: "it is a \(known.kind) already") }
            return
        }
        guard MetricLabels.isMetricName(name) else { throw MetricRejection(reason: "the name is not valid") }
        let bounds = kind == .histogram ? state.descriptions[name]?.buckets ?? MetricBuckets.standard(for: name) : []
        let family = MetricFamily(name: name, kind: kind, bounds: bounds)
        try claim(family, in: &state)
        state.families[name] = family
    }

    /// Takes the sample names of a new family, so that no `x_count` appears beside a histogram `x`.
    private static func claim(_ family: MetricFamily, in state: inout State) throws(MetricRejection) {
        for sample in family.sampleNames {
            if let other = state.sampleNames[sample] {
                throw MetricRejection(reason: "its samples are named \(sample), like those of \(other)")
            }
        }
        for sample in family.sampleNames { state.sampleNames[sample] = family.name }
    }

    private static func reject(_ name: String, _ rejection: MetricRejection, in state: inout State) {
        var rejection = rejection
        rejection.name = name
        if state.rejections.count < 100 { state.rejections.append(rejection) }
    }
}

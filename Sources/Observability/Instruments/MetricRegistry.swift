public import CoreMetrics
public import MetricDescribing
import Synchronization

/// Keeps every metric of the process and writes them as Prometheus and OpenMetrics have it.
///
/// It is a backend for swift-metrics: a label is the metric's name in the exposition, dimensions are its labels. Counters
/// become counters, meters and recorders that do not aggregate gauges, recorders that aggregate histograms, and timers
/// histograms of seconds. A second handle for the same name and labels is the same instrument; when every handle of a
/// series was destroyed, the series goes. Make a handle once and keep it: making one takes a lock, using one does not,
/// or only the histogram's own for a few instructions.
///
/// The number of series is bounded, for each metric and for all of them together: from there on, a new set of labels
/// leads to the metric's series whose label values all read `_other`, which adds up what counters and histograms count
/// (a gauge there shows what was set last), and `trivet_metrics_series_folded_total` counts it. Series without labels
/// are as many as the code has metrics, and are always kept.
///
/// A metric that cannot be exposed (see ``rejections``) gets an instrument that counts for nobody.
public final class MetricRegistry: MetricsFactory, MetricDescribing, Sendable {
    private let state: Mutex<RegistryState>

    /// An empty registry.
    ///
    /// - Parameters:
    ///   - mostSeriesPerMetric: how many series with labels a metric may have; see ``bound(_:to:)``.
    ///   - mostSeries: how many all metrics together may have.
    public init(mostSeriesPerMetric: Int = 1_000, mostSeries: Int = 2_000) {
        state = Mutex(RegistryState(mostSeriesPerMetric: mostSeriesPerMetric, mostSeries: mostSeries))
        describe(
            RegistryState.foldedName,
            help: "Handles for new series that lead to the series _other, since there are too many already.")
    }

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
            var description = RegistryState.Description(help: help, buckets: buckets)
            if let buckets, !MetricBuckets.areValid(buckets) {
                description.buckets = nil
                state.reject(name, MetricRejection(reason: "buckets are not finite and ascending"))
            }
            state.descriptions[name] = description
        }
    }

    /// Gives a metric a bound of its own on the number of its series with labels; those that it has stay.
    public func bound(_ name: String, to series: Int) {
        state.withLock { $0.bounds[name] = series }
    }

    /// Adds what is to run before each exposition, to bring up to date what is measured only when somebody looks.
    public func addCollector(_ collect: @escaping @Sendable (MetricRegistry) -> Void) {
        state.withLock { $0.collectors.append(collect) }
    }

    /// Every metric, sorted by name.
    public func exposition(_ format: ExpositionFormat = .text) -> [UInt8] {
        for collect in state.withLock(\.collectors) { collect(self) }
        let (families, descriptions) = state.withLock { ($0.families, $0.descriptions) }
        var writer = ExpositionWriter(format)
        for family in families.values.sorted(by: { $0.name < $1.name }) {
            writer.write(family, help: descriptions[family.name]?.help ?? "Not described.")
        }
        writer.end()
        return writer.bytes
    }

    /// What every series holds now, in no order; the collectors run before.
    public func samples() -> [MetricSample] {
        for collect in state.withLock(\.collectors) { collect(self) }
        return state.withLock(\.families).values.flatMap(\.samples)
    }

    /// Sets a counter whose true count is kept elsewhere, such as by the kernel; for collectors.
    public func set(counter name: String, _ dimensions: [(String, String)] = [], to total: Double) {
        counter(name, dimensions, forHandle: false).set(to: total)
    }

    /// Sets a gauge; for collectors.
    public func set(gauge name: String, _ dimensions: [(String, String)] = [], to value: Double) {
        gauge(name, dimensions, forHandle: false).set(value)
    }

    func counter(_ name: String, _ dimensions: [(String, String)], forHandle: Bool = true) -> CounterInstrument {
        guard case .counter(let counter) = instrument(.counter, name, dimensions, forHandle) else {
            return CounterInstrument()
        }
        return counter
    }

    func gauge(_ name: String, _ dimensions: [(String, String)], forHandle: Bool = true) -> GaugeInstrument {
        guard case .gauge(let gauge) = instrument(.gauge, name, dimensions, forHandle) else { return GaugeInstrument() }
        return gauge
    }

    func histogram(_ name: String, _ dimensions: [(String, String)]) -> HistogramInstrument {
        guard case .histogram(let histogram) = instrument(.histogram, name, dimensions, true) else {
            return HistogramInstrument(bounds: MetricBuckets.standard(for: name))
        }
        return histogram
    }

    /// Takes a handle back.
    func release(_ handler: AnyObject) {
        state.withLock { $0.release(ObjectIdentifier(handler)) }
    }

    private func instrument(
        _ kind: MetricFamily.Kind, _ name: String, _ dimensions: [(String, String)], _ forHandle: Bool
    ) -> MetricFamily.Instrument? {
        state.withLock { $0.instrument(kind, name, dimensions, forHandle: forHandle) }
    }
}

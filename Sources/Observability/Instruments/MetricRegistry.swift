public import CoreMetrics
public import MetricDescribing

/// Keeps every metric of the process and writes them in Prometheus' text form.
public final class MetricRegistry: MetricsFactory, MetricDescribing, Sendable {
    /// An empty registry.
    public init() {}

    /// See ``MetricDescribing``.
    public func describe(_ name: String, help: String, buckets: [Double]?) {}

    /// Adds what is to run at each exposition.
    public func addCollector(_ collect: @escaping @Sendable (MetricRegistry) -> Void) {}

    /// Every metric in Prometheus' text form 0.0.4.
    public func exposition() -> [UInt8] { fatalError("to come") }

    /// A counter.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        fatalError("to come")
    }
    /// A counter.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { fatalError("to come") }
    /// A gauge or histogram.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler { fatalError("to come") }
    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        fatalError("to come")
    }
    /// A histogram of seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        fatalError("to come")
    }
    /// Does nothing: a metric lives as long as the process.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Does nothing.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Does nothing.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Does nothing.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Does nothing.
    public func destroyTimer(_ handler: any TimerHandler) {}
}

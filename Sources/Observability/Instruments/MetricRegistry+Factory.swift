public import CoreMetrics

extension MetricRegistry {
    /// A counter; its name should end in `_total`.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    /// A counter of fractions, such as seconds.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    /// A histogram if `aggregate` is set, else a gauge.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { histogram(label, dimensions) } else { gauge(label, dimensions) }
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// A histogram of seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    /// Takes the handle back; when it was the last one of its series, the series goes. One that is made again begins
    /// at zero, which whoever reads it takes for a restart.
    public func destroyCounter(_ handler: any CounterHandler) { release(handler) }

    /// Takes the handle back, see ``destroyCounter(_:)``.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { release(handler) }

    /// Takes the handle back, see ``destroyCounter(_:)``.
    public func destroyRecorder(_ handler: any RecorderHandler) { release(handler) }

    /// Takes the handle back, see ``destroyCounter(_:)``.
    public func destroyMeter(_ handler: any MeterHandler) { release(handler) }

    /// Takes the handle back, see ``destroyCounter(_:)``.
    public func destroyTimer(_ handler: any TimerHandler) { release(handler) }
}

import Synchronization

/// One transfer as the calling side and the loop's thread both know it.
final class TransferOrder: Sendable {
    let request: TransferRequest
    let sink: any TransferSink
    private let cancelled = Atomic(false)
    private let finished = Atomic(false)

    init(request: TransferRequest, sink: any TransferSink) {
        self.request = request
        self.sink = sink
    }

    /// Set before the cancel command is posted, so that a cancellation that overtakes its own start is not lost.
    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    var isFinished: Bool { finished.load(ordering: .acquiring) }

    func markCancelled() { cancelled.store(true, ordering: .releasing) }

    func finish(_ result: Result<TransferTiming, TransferError>) {
        guard !finished.exchange(true, ordering: .acquiringAndReleasing) else { return }
        sink.finish(result)
    }
}

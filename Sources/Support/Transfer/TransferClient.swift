public import CoreMetrics
import Synchronization

/// An HTTP client over libcurl: any number of transfers at once on one thread of its own, connections kept for reuse.
///
/// TLS is verified, only `http` and `https` are spoken (HTTP/1.1), redirects are followed and proxies used only where a
/// request asks for it. Cancelling the calling task ends its transfer at once. When the last reference goes, the
/// thread ends as by `shutdown`.
public final class TransferClient: Sendable {
    private let configuration: TransferConfiguration
    private let loop: TransferLoop
    private let metrics: TransferMetrics?

    /// A client with its thread, which starts here.
    ///
    /// - Parameters:
    ///   - configuration: its bounds.
    ///   - metrics: takes the metrics `http_client_…`; nil measures nothing.
    public init(
        configuration: TransferConfiguration = TransferConfiguration(), metrics: (any MetricsFactory)? = nil
    ) {
        self.configuration = configuration
        self.metrics = metrics.map { TransferMetrics($0) }
        loop = .start(configuration)
    }

    deinit {
        loop.stop()
    }

    /// Sends a request and gives the whole answer, whatever its status.
    ///
    /// Throws what kept an answer from coming; `invalidRequest` before anything is sent.
    public func execute(_ request: TransferRequest) async throws(TransferError) -> TransferResponse {
        try request.check()
        let collector = ResponseCollector()
        let order = TransferOrder(request: request, sink: observed(collector, request))
        let loop = loop
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                collector.await(continuation)
                loop.submit(order)
            }
        } onCancel: {
            loop.cancel(order)
        }
        return try outcome.get()
    }

    /// Sends a request and gives the answer's head as soon as it is there; the body is read as it comes, and a slow
    /// reader holds the server back. The request's timeout covers the body too: nil for a stream without end.
    ///
    /// Throws what kept the head from coming; what breaks later is thrown to the body's reader.
    public func stream(_ request: TransferRequest) async throws(TransferError) -> TransferStream {
        try request.check()
        let channel = StreamChannel(limit: configuration.streamBufferBytes)
        let order = TransferOrder(request: request, sink: observed(channel, request))
        let loop = loop
        let lease = StreamLease(loop: loop, order: order)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                channel.await(continuation) { [weak order] in
                    if let order { loop.resume(order) }
                }
                loop.submit(order)
            }
        } onCancel: {
            loop.cancel(order)
        }
        let head = try outcome.get()
        let body = TransferBody(channel: channel, lease: lease)
        return TransferStream(status: head.status, headers: head.headers, body: body)
    }

    /// Fails what is under way with `shutDown`, closes every connection and ends the thread; later calls fail at once.
    public func shutdown() async {
        loop.stop()
        await loop.waitForEnd()
    }

    private func observed(_ sink: any TransferSink, _ request: TransferRequest) -> any TransferSink {
        metrics.map { ObservedSink(sink, $0.begin(request)) } ?? sink
    }

    /// How many of libcurl's easy handles exist, for tests: 0 when nothing is under way.
    var openHandles: Int { loop.openHandles.load(ordering: .relaxed) }
}

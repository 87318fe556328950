import ApplicationLog
import NIOCore

/// A connection and the exchange that it owes an answer for, as a task may hold them: only the loop sees inside.
struct OwedAnswer: Sendable {
    private let eventLoop: any EventLoop
    private let connection: NIOLoopBound<HTTPConnection>
    private let exchange: NIOLoopBound<Exchange>

    /// Binds both to the connection's loop, which must be the one that runs.
    init(_ connection: HTTPConnection, _ exchange: Exchange) {
        eventLoop = connection.loop.eventLoop
        self.connection = NIOLoopBound(connection, eventLoop: eventLoop)
        self.exchange = NIOLoopBound(exchange, eventLoop: eventLoop)
    }

    /// Runs on the loop, at once when this is it.
    func onLoop(_ body: @escaping @Sendable (HTTPConnection, Exchange) -> Void) {
        if eventLoop.inEventLoop {
            body(connection.value, exchange.value)
        } else {
            eventLoop.execute { body(connection.value, exchange.value) }
        }
    }

    /// Starts a handler, here and now as far as it does not wait.
    func start(_ handler: @escaping Route.Handler, _ request: HostedRequest, on executor: LoopExecutor) -> Task<
        Void, Never
    > {
        Task.immediate(executorPreference: executor) {
            await LogContext.$requestID.withValue(request.requestID) { await run(handler, request) }
        }
    }

    private func run(_ handler: Route.Handler, _ request: HostedRequest) async {
        let response: HostedResponse
        do {
            response = try await handler(request)
        } catch {
            return onLoop { $0.handlerFailed(error, $1) }
        }
        guard let produce = response.body.producer else { return onLoop { $0.handlerAnswered(response, $1) } }
        let isWanted = await withCheckedContinuation { continuation in
            onLoop { continuation.resume(returning: $0.beginStream(response, $1)) }
        }
        guard isWanted else { return }
        do {
            try await produce(BodyWriter(write))
            onLoop { $0.streamProduced($1) }
        } catch {
            onLoop { $0.abortStream($1, error) }
        }
    }

    @Sendable private func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        try await withCheckedThrowingContinuation { continuation in
            onLoop { $0.writeStreamed(bytes, $1, continuation) }
        }
    }
}

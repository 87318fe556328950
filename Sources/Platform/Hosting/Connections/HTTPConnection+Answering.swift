import CoreMetrics
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// From a whole request to its answer's last byte and its record.
extension HTTPConnection {
    // MARK: Asking the service

    /// Runs the route's handler, here and now as far as it does not wait.
    ///
    /// It is not cancelled when the client goes away: a durable write that began completes. What is streamed is, once
    /// its head was sent.
    func dispatch(_ exchange: Exchange) {
        guard let route = exchange.route, let target = exchange.target else {
            return answer(.internalError("a request without a route was admitted"), exchange)
        }
        let body = RequestBody(exchange, limit: limits.body)
        let content = RequestContent(
            method: exchange.method, target: target, headers: exchange.head.headers, parameters: exchange.parameters,
            serviceName: host.name, requestID: exchange.requestID, trace: exchange.trace, peer: peer,
            principal: exchange.principal, body: body)
        exchange.content = content
        exchange.body = ByteBuffer()
        let owed = OwedAnswer(self, exchange)
        let handler = exchange.pendingAccess.map { owed.waiting(for: $0, then: route.handler) } ?? route.handler
        let task = owed.start(handler, HostedRequest(content), on: loop.executor)
        switch phase {
        case .answering(let current) where current === exchange, .body(let current) where current === exchange:
            exchange.task = task
        case .head, .body, .answering, .lingering, .closed: break
        }
    }

    /// Takes a handler's answer. Of a streamed body it may be late, when the request was refused or its client has
    /// gone meanwhile; or early, when the handler does not want the body's rest.
    func handlerAnswered(_ response: HostedResponse, _ exchange: Exchange) {
        guard exchange.status == 0 else { return }
        if case .body(let current) = phase, current === exchange { return answerEarly(response, exchange) }
        answer(response, exchange)
    }

    func handlerFailed(_ error: any Error, _ exchange: Exchange) {
        // A body that broke off was answered, or its client is gone.
        if error is RequestBodyFailure, exchange.status != 0 { return }
        if let problem = error as? HTTPProblem ?? host.explain(error) { return handlerRefused(problem, exchange) }
        host.logger.error(
            "a request failed",
            metadata: [
                "error": "\(error)", "requestId": "\(exchange.requestID)", "route": "\(exchange.route?.path ?? "")",
            ])
        handlerRefused(.internalError("\(error)"), exchange)
    }

    private func handlerRefused(_ problem: HTTPProblem, _ exchange: Exchange) {
        guard exchange.status == 0 else { return }
        exchange.error = exchange.content?.error.withLock { $0 } ?? problem.reason ?? problem.message
        handlerAnswered(host.host.service.render(problem), exchange)
    }

    // MARK: Whole answers

    func answer(_ problem: HTTPProblem, _ exchange: Exchange) {
        // OPTIONS is answered by the same way as a problem, but is none.
        guard problem.status.code >= 400 else {
            return answer(HostedResponse(status: problem.status, headers: problem.headers), exchange)
        }
        exchange.error = exchange.content?.error.withLock { $0 } ?? problem.reason ?? problem.message
        answer(host.host.service.render(problem), exchange)
    }

    func answer(_ response: HostedResponse, _ exchange: Exchange) {
        guard case .answering(let current) = phase, current === exchange, let context else {
            return conclude(exchange, status: 499, error: exchange.error ?? "the client went away before the answer")
        }
        exchange.status = response.status.code
        let body: [UInt8] = if case .bytes(let bytes) = response.body { bytes } else { [] }
        let hasBody = exchange.method != .head
        exchange.responseSize = hasBody ? body.count : 0
        var buffer = context.channel.allocator.buffer(capacity: 384 + exchange.responseSize)
        let framing: ResponseHead.Framing = Self.allowsBody(response.status) ? .length(body.count) : .none
        writeHead(response, framing, exchange, into: &buffer)
        if hasBody, Self.allowsBody(response.status) { buffer.writeBytes(body) }
        finish(buffer, exchange)
    }

    /// Sends the last bytes of an answer.
    func finish(_ buffer: ByteBuffer, _ exchange: Exchange) {
        let written = loop.eventLoop.makePromise(of: Void.self)
        let owed = OwedAnswer(self, exchange)
        written.futureResult.whenComplete { result in owed.onLoop { $0.answerLeft(result, $1) } }
        context?.writeAndFlush(wrapOutboundOut(buffer), promise: written)
        watchWriting(exchange)
    }

    private static func allowsBody(_ status: HTTPResponse.Status) -> Bool {
        status.code >= 200 && status != .noContent && status != .notModified
    }

    func writeHead(
        _ response: HostedResponse, _ framing: ResponseHead.Framing, _ exchange: Exchange, into buffer: inout ByteBuffer
    ) {
        if case .untilClose = framing { exchange.closesConnection = true }
        if host.closesConnections { exchange.closesConnection = true }
        let isOld = exchange.head.version.minor == 0
        let connection: StaticString? = exchange.closesConnection ? "close" : isOld ? "keep-alive" : nil
        let second = Int(WallClock.microseconds() / 1_000_000)
        ResponseHead(
            response: response, framing: framing, requestID: exchange.requestID, connection: connection,
            dateLine: loop.dateLine(second: second)
        ).write(into: &buffer)
    }

    private func answerLeft(_ result: Result<Void, any Error>, _ exchange: Exchange) {
        guard case .answering(let current) = phase, current === exchange else { return }
        if case .failure = result { exchange.error = exchange.error ?? "the client went away before the answer's end" }
        conclude(exchange)
        guard case .success = result, !exchange.closesConnection, !isInputClosed else {
            return close(lingering: !exchange.isWhole || hasWaiting)
        }
        // Also while the daemon is about to stop: this answer went out before, and did not say that it is the last.
        phase = .head
        hasAnswered = true
        timer.expire(in: limits.idleTimeout)
        workOff()
    }

    /// The request is over, one way or another: it is counted and recorded, once.
    func conclude(_ exchange: Exchange, status: Int? = nil, error: String? = nil) {
        guard !exchange.isConcluded else { return }
        exchange.isConcluded = true
        exchange.task = nil
        if let status { exchange.status = status }
        exchange.error = error ?? exchange.error
        let latency = (NIODeadline.now() - exchange.started).nanoseconds
        host.metrics.active.decrement()
        host.metrics.record(
            route: exchange.pathIndex, method: exchange.method, status: exchange.status, nanoseconds: latency)
        host.logger.debug(
            "request served",
            metadata: [
                "requestId": "\(exchange.requestID)", "method": "\(exchange.head.method.rawValue)",
                "route": "\(host.metrics.routes[exchange.pathIndex])", "status": "\(exchange.status)",
                "microseconds": "\(latency / 1_000)",
            ])
        host.keep(
            exchange.record(
                service: host.name, route: host.metrics.routes[exchange.pathIndex], peer: peer, latency: latency))
    }

    /// The connection broke while an answer was owed. A handler that runs goes on, and its end is the record's.
    func clientVanished(during exchange: Exchange) {
        if exchange.isStreaming || exchange.status != 0 {
            let task = exchange.task
            conclude(exchange, error: exchange.error ?? "the client went away before the answer's end")
            task?.cancel()
            resumeWriter(throwing: ClientGone())
        }
    }

    // MARK: Answers to what is no request

    /// Answers what could not be parsed, in the service's error shape, and closes.
    func refuseUnparsed(_ problem: HTTPProblem) {
        guard let context else { return }
        let response = host.host.service.render(problem)
        let body: [UInt8] = if case .bytes(let bytes) = response.body { bytes } else { [] }
        var buffer = context.channel.allocator.buffer(capacity: 256 + body.count)
        ResponseHead(
            response: response, framing: .length(body.count), requestID: nil, connection: "close",
            dateLine: loop.dateLine(second: Int(WallClock.microseconds() / 1_000_000))
        ).write(into: &buffer)
        buffer.writeBytes(body)
        phase = .lingering
        send(buffer)
        close(lingering: true)
    }

    /// Writes bytes and flushes them.
    func send(_ buffer: ByteBuffer) {
        context?.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }
}

/// The client has gone, or takes nothing any more.
struct ClientGone: Error, CustomStringConvertible {
    var description: String { "the client went away" }
}

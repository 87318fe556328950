import CoreMetrics
import HTTPTypes
import NIOCore
import NIOHTTP1

/// From a request's head to its end.
extension HTTPConnection {
    // MARK: Bytes

    /// Bytes have come and the parser will read them next.
    func bytesWillArrive(_ bytes: ByteBuffer) {
        currentBytes = bytes
        switch phase {
        case .head:
            if headBegan == nil { headBegan = .now() }
            if headBytes == 0 { host.limits.refresh(&limits) }
            headBytes += bytes.readableBytes
        case .body(let exchange):
            rawBodyBytes += bytes.readableBytes
            timer.expire(in: limits.bodyTimeout)
            // Chunks of one byte, or extensions without end, are many times the body that they carry.
            let carried = exchange.feed == nil ? 0 : exchange.bodySize
            if rawBodyBytes > 8 * (carried + limits.body + 8_192) { refuseBody(exchange) }
        case .answering, .lingering, .closed: break
        }
    }

    /// The parser has read what came.
    func bytesDidArrive() {
        currentBytes = ByteBuffer()
        guard case .head = phase, let headBegan, headBytes > 0 else { return }
        if headBytes > 2 * limits.header + 65_536 {
            host.metrics.count(.headerTooLarge)
            refuseUnparsed(HTTPProblem(.requestHeaderFieldsTooLarge, "the request's head is too large."))
        } else {
            timer.expire(at: headBegan + limits.headerTimeout)
        }
    }

    // MARK: Parts

    func begin(_ head: HTTPRequestHead) {
        headBegan = nil
        headBytes = 0
        rawBodyBytes = 0
        let exchange = Exchange(head, pathIndex: host.table.otherPath, loop: loop)
        phase = .body(exchange)
        host.metrics.active.increment()
        do throws(HTTPProblem) {
            try admit(exchange)
        } catch {
            exchange.problem = error
        }
        guard exchange.facts.announcesBody else { return timer.rest() }
        timer.expire(in: limits.bodyTimeout)
        if exchange.problem == nil, exchange.route?.body == .stream { return beginStreamedBody(exchange) }
        if exchange.problem != nil {
            // A small body is read past, so that the connection can be kept; a client that waits for 100, or one that
            // sends too much, gets its answer now.
            let limit = exchange.isAccessRefused ? min(Self.refusedBodyLimit, limits.body) : limits.body
            let isSmall = (exchange.facts.contentLength ?? .max) <= limit
            if exchange.facts.expectation != nil || exchange.closesConnection || !isSmall { refuse(exchange) }
        } else if exchange.facts.expectation != nil, head.version.minor > 0 {
            send(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
        }
    }

    func append(_ bytes: ByteBuffer) {
        guard case .body(let exchange) = phase else { return }
        exchange.bodySize += bytes.readableBytes
        if let feed = exchange.feed { return append(bytes, to: feed, exchange) }
        guard exchange.bodySize <= limits.body else { return refuseBody(exchange) }
        guard exchange.problem == nil else { return }
        if exchange.body.readableBytes == 0 { exchange.body = bytes } else { exchange.body.writeImmutableBuffer(bytes) }
    }

    func end() {
        guard case .body(let exchange) = phase else { return }
        exchange.isWhole = true
        phase = .answering(exchange)
        timer.rest()
        if exchange.feed != nil { return endStreamedBody(exchange) }
        if let problem = exchange.problem { answer(problem, exchange) } else { dispatch(exchange) }
    }

    // MARK: Refusing

    /// Answers before the body has come, and closes.
    func refuse(_ exchange: Exchange) {
        leaveBody(exchange)
        if let response = exchange.earlyAnswer { return answer(response, exchange) }
        answer(exchange.problem ?? .badRequest("bad request."), exchange)
    }

    private func refuseBody(_ exchange: Exchange) {
        if exchange.problem == nil { host.metrics.count(.bodyTooLarge) }
        exchange.problem = exchange.problem ?? RequestAdmission.tooLarge(limits.body)
        refuse(exchange)
    }

    /// The parser gave up: on a head, on a body, or because the client went away inside either.
    func parsingFailed(_ error: any Error) {
        let isTruncated = (error as? HTTPParserError) == .invalidEOFState
        switch phase {
        case .body(let exchange) where isTruncated:
            isInputClosed = true
            clientVanished(inside: exchange)
            close(lingering: false)
        case .body(let exchange):
            host.metrics.count(.badRequest)
            exchange.problem = .badRequest("the request's body is not well formed: \(ParserFailure(error).reason).")
            refuse(exchange)
        case .head:
            if let exchange = unknownMethodExchange(error) { return refuse(exchange) }
            let failure = ParserFailure(error)
            host.metrics.count(failure.rejection)
            refuseUnparsed(failure.problem)
        case .answering, .lingering, .closed: break
        }
    }

    /// A method that the parser does not know ends its reading, but deserves the 405 or 404 of any other request: the
    /// request line is then read here.
    private func unknownMethodExchange(_ error: any Error) -> Exchange? {
        guard (error as? HTTPParserError) == .invalidMethod, headBytes == currentBytes.readableBytes,
            let line = RequestLine(currentBytes.readableBytesView)
        else { return nil }
        let head = HTTPRequestHead(version: .http1_1, method: .RAW(value: line.method), uri: line.target)
        headBytes = 0
        let exchange = Exchange(head, pathIndex: host.table.otherPath, loop: loop)
        host.metrics.active.increment()
        do throws(HTTPProblem) {
            // Its headers were not read: it shows no token.
            try authorize(exchange)
            try RequestAdmission(host: host, limits: limits).route(exchange)
            exchange.problem = .badRequest("the method \(line.method) is not one of HTTP's.")
        } catch {
            exchange.problem = error
        }
        return exchange
    }

    // MARK: Time

    func deadlinePassed() {
        switch phase {
        case .head where headBytes > 0:
            host.metrics.count(.headerTimeout)
            refuseUnparsed(HTTPProblem(.requestTimeout, "the request's head did not arrive in time."))
        case .head, .lingering:
            close(lingering: false)
        case .body(let exchange):
            host.metrics.count(.bodyTimeout)
            exchange.problem = HTTPProblem(.requestTimeout, "the request's body did not arrive in time.")
            refuse(exchange)
        case .answering(let exchange): writingStalled(exchange)
        case .closed: break
        }
    }
}

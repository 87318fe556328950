import HTTPTypes
import NIOCore
import NIOHTTP1

/// Bodies that their handlers take as they come.
extension HTTPConnection {
    /// Asks the handler as soon as the head is there.
    func beginStreamedBody(_ exchange: Exchange) {
        let owed = OwedAnswer(self, exchange)
        exchange.feed = BodyFeed(onDemand: { owed.onLoop { $0.bodyWanted($1) } })
        if exchange.facts.expectation != nil, exchange.head.version.minor > 0 {
            // The client waits until the handler wants the body, and is not late meanwhile.
            exchange.awaitsContinue = true
            timer.rest()
        }
        dispatch(exchange)
    }

    /// The handler waits for more of the body.
    private func bodyWanted(_ exchange: Exchange) {
        guard case .body(let current) = phase, current === exchange else { return }
        if exchange.awaitsContinue {
            exchange.awaitsContinue = false
            timer.expire(in: limits.bodyTimeout)
            send(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
        }
        guard isBodyPaused else { return }
        timer.expire(in: limits.bodyTimeout)
        isBodyPaused = false
        resumeReading()
    }

    func append(_ bytes: ByteBuffer, to feed: BodyFeed, _ exchange: Exchange) {
        exchange.awaitsContinue = false
        guard exchange.earlyAnswer == nil, feed.append(bytes) else { return }
        // From now on it is the handler that is slow, not the client.
        isBodyPaused = true
        timer.rest()
    }

    /// The body is whole: what is owed now is the answer.
    func endStreamedBody(_ exchange: Exchange) {
        isBodyPaused = false
        exchange.feed?.finish()
        if let response = exchange.earlyAnswer { answer(response, exchange) }
        resumeReading()
    }

    /// Answers a request whose handler does not want the rest of its body. A small rest is read past, so that the
    /// connection can be kept.
    func answerEarly(_ response: HostedResponse, _ exchange: Exchange) {
        let rest = exchange.facts.contentLength.map { $0 - exchange.bodySize } ?? .max
        let limit = exchange.isAccessRefused ? min(Self.refusedBodyLimit, limits.body) : limits.body
        guard rest <= limit, !exchange.awaitsContinue, !exchange.closesConnection else {
            leaveBody(exchange)
            return answer(response, exchange)
        }
        exchange.earlyAnswer = response
        isBodyPaused = false
        timer.expire(in: limits.bodyTimeout)
        resumeReading()
    }

    /// Stops taking the body: the answer comes before its end, and the connection closes behind that.
    func leaveBody(_ exchange: Exchange) {
        exchange.closesConnection = true
        phase = .answering(exchange)
        timer.rest()
        isBodyPaused = false
        exchange.feed?.fail(RequestBodyFailure(exchange.problem?.message ?? "the body is no longer wanted"))
    }

    /// The connection broke inside a body.
    func clientVanished(inside exchange: Exchange) {
        isBodyPaused = false
        conclude(exchange, status: 499, error: "the client went away inside the body")
        exchange.feed?.fail(RequestBodyFailure("the client went away inside the body"))
    }
}

/// A streamed answer has more or fewer bytes than it announced.
struct BodySizeMismatch: Error, CustomStringConvertible {
    var description: String { "the answer is not as long as it said" }
}

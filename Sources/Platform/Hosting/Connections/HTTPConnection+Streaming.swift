import Glibc
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1

/// Answers that are made while they are sent.
extension HTTPConnection {
    /// Sends a streamed answer's head.
    ///
    /// - Returns: whether the body is wanted: not for HEAD, and not when the client has gone.
    func beginStream(_ response: HostedResponse, _ exchange: Exchange) -> Bool {
        guard exchange.status == 0 else { return false }
        if case .body(let current) = phase, current === exchange { leaveBody(exchange) }
        guard case .answering(let current) = phase, current === exchange, let context else {
            conclude(exchange, status: 499, error: exchange.error ?? "the client went away before the answer")
            return false
        }
        exchange.status = response.status.code
        if case .sizedStream(let size, _) = response.body { exchange.announcedSize = size }
        exchange.sendsChunks = exchange.announcedSize == nil && exchange.head.version.minor > 0
        var buffer = context.channel.allocator.buffer(capacity: 384)
        let unsized: ResponseHead.Framing = exchange.sendsChunks ? .chunked : .untilClose
        writeHead(response, exchange.announcedSize.map { .length($0) } ?? unsized, exchange, into: &buffer)
        guard exchange.method != .head else {
            finish(buffer, exchange)
            return false
        }
        exchange.isStreaming = true
        send(buffer)
        if isInputClosed { watchHalfClosedStream() }
        return true
    }

    /// Sends a part of the body; the continuation is resumed when there is room for more.
    func writeStreamed(_ bytes: [UInt8], _ exchange: Exchange, _ continuation: CheckedContinuation<Void, any Error>) {
        guard case .answering(let current) = phase, current === exchange, let context, writer == nil else {
            return continuation.resume(throwing: ClientGone())
        }
        guard exchange.responseSize + bytes.count <= exchange.announcedSize ?? .max else {
            return continuation.resume(throwing: BodySizeMismatch())
        }
        exchange.responseSize += bytes.count
        var buffer = context.channel.allocator.buffer(capacity: bytes.count + 16)
        if exchange.sendsChunks { buffer.writeString(String(bytes.count, radix: 16) + "\r\n") }
        buffer.writeBytes(bytes)
        if exchange.sendsChunks { buffer.writeStaticString("\r\n") }
        writer = continuation
        send(buffer)
        // The flush may have failed and closed the channel, which has resumed the writer.
        guard writer != nil else { return }
        if context.channel.isWritable { resumeWriter() } else { watchWriting(exchange) }
    }

    /// The whole body was made.
    func streamProduced(_ exchange: Exchange) {
        guard exchange.responseSize == exchange.announcedSize ?? exchange.responseSize else {
            return abortStream(exchange, BodySizeMismatch())
        }
        endStream(exchange)
    }

    /// Ends the body: only a body that is whole gets an end.
    private func endStream(_ exchange: Exchange) {
        guard case .answering(let current) = phase, current === exchange, let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 8)
        if exchange.sendsChunks { buffer.writeStaticString("0\r\n\r\n") }
        // From here on it is an answer like any other: the client has its time to take what is left.
        exchange.isStreaming = false
        finish(buffer, exchange)
    }

    /// The body cannot be made to its end: the connection closes, so that the client does not take it for whole.
    func abortStream(_ exchange: Exchange, _ error: any Error) {
        guard case .answering(let current) = phase, current === exchange, let context else { return }
        exchange.error = "\(error)"
        if !(error is ClientGone), !(error is CancellationError) {
            exchange.hasFailed = true
            host.logger.error(
                "an answer broke off", metadata: ["error": "\(error)", "requestId": "\(exchange.requestID)"])
        }
        // Without chunks the end of the connection is the end of the body: only a reset tells that it is not whole.
        if !exchange.sendsChunks {
            _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        conclude(exchange)
        close(lingering: false)
    }

    func resumeWriter(throwing error: (any Error)? = nil) {
        guard let continuation = writer else { return }
        writer = nil
        timer.rest()
        if isInputClosed { watchHalfClosedStream() }
        if let error { continuation.resume(throwing: error) } else { continuation.resume() }
    }

    // MARK: Clients that take nothing

    /// Sets the deadline for the client to take some of what was written.
    func watchWriting(_ exchange: Exchange) {
        guard case .answering(let current) = phase, current === exchange else { return }
        unsentBytes = currentlyUnsent
        timer.expire(in: limits.bodyTimeout)
    }

    /// A client that has closed its side may still read its answer, or may be gone, which only a write can tell: when
    /// nothing is written for a second, it counts as gone.
    func watchHalfClosedStream() {
        guard writer == nil else { return }
        timer.expire(in: .seconds(1))
    }

    func writingStalled(_ exchange: Exchange) {
        if exchange.isStreaming, writer == nil {
            guard isInputClosed else { return }
            exchange.error = "the client went away before the answer's end"
            context?.close(promise: nil)
        } else if currentlyUnsent < unsentBytes {
            watchWriting(exchange)
        } else {
            exchange.error = "the client took nothing of the answer for too long"
            context?.close(promise: nil)
        }
    }

    private var currentlyUnsent: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}

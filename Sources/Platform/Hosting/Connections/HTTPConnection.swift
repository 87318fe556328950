import HTTPTypes
import NIOCore
import NIOHTTP1

/// One connection: its requests one after the other, each with its limits, its answer and its record.
///
/// It stands behind NIO's HTTP parser and belongs to the connection's event loop; the states are those of `Phase`.
/// While an answer is owed, what a pipelining client sends waits in `waiting`, and reading stops.
final class HTTPConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Where the connection is between two requests.
    enum Phase {
        /// Between requests, or inside a head.
        case head
        /// A head was read, its body is coming. If that is streamed, the handler is under way.
        case body(Exchange)
        /// The request is whole or refused; its answer is owed or on the way.
        case answering(Exchange)
        /// The last answer was sent; what still comes is dropped until the client closes.
        case lingering
        case closed
    }

    /// What the parser found.
    enum Event {
        case part(HTTPServerRequestPart)
        case failure(any Error)
    }

    let host: HostRuntime
    let loop: LoopResources
    let peer: Peer
    /// Whether a request must name the service in its Host.
    let checksHost: Bool
    /// The limits of the request that is coming or being answered.
    var limits: ConnectionLimits
    var phase = Phase.head
    var context: ChannelHandlerContext?
    /// Whether the client has closed its side.
    var isInputClosed = false
    /// Whether a request was answered here.
    var hasAnswered = false
    /// When the head that is coming began; nil between requests. A connection begins with a head.
    var headBegan: NIODeadline? = .now()
    /// Bytes that came for the head that is coming.
    var headBytes = 0
    /// Bytes that came for the body that is coming, with all that chunks add.
    var rawBodyBytes = 0
    /// The bytes that the parser is reading just now.
    var currentBytes = ByteBuffer()
    /// Whether reading rests because a streamed body comes faster than it is taken.
    var isBodyPaused = false
    /// The last Host that was found to be the service's own.
    var knownHost: String?
    /// A streaming handler that waits for the client to take what was written.
    var writer: CheckedContinuation<Void, any Error>?
    /// Bytes that were still unsent when the write timer was last set.
    var unsentBytes = 0
    private(set) lazy var timer = ConnectionTimer(loop.eventLoop) { [weak self] in self?.deadlinePassed() }
    private var waiting = CircularBuffer<Event>()
    private var isWorkingOff = false
    private var wantsRead = false

    init(host: HostRuntime, loop: LoopResources, peer: Peer, checksHost: Bool) {
        self.host = host
        limits = host.limits.current
        self.loop = loop
        self.peer = peer
        self.checksHost = checksHost
    }

    /// Whether nothing more is read from the client.
    var isClosing: Bool {
        switch phase {
        case .lingering, .closed: true
        case .head, .body, .answering: false
        }
    }

    // MARK: What the channel tells

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        timer.expire(in: limits.headerTimeout)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receive(.part(unwrapInboundIn(data)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is HTTPParserError: receive(.failure(error))
        // More bytes behind what could not be parsed; the failure itself is answered in its turn.
        case is ByteToMessageDecoderError: break
        default: context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { inputDidClose() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { resumeWriter() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer.stop()
        let last = phase
        phase = .closed
        waiting.removeAll()
        switch last {
        case .body(let exchange): clientVanished(inside: exchange)
        case .answering(let exchange): clientVanished(during: exchange)
        case .head, .lingering, .closed: break
        }
        context.fireChannelInactive()
    }

    /// Reading stops while a pipelined request waits for its turn, or a streamed body for its reader.
    func read(context: ChannelHandlerContext) {
        if waiting.isEmpty, !isBodyPaused { context.read() } else { wantsRead = true }
    }

    /// Goes on reading, if nothing stands against it any more.
    func resumeReading() {
        guard wantsRead, waiting.isEmpty, !isBodyPaused else { return }
        wantsRead = false
        context?.read()
    }

    // MARK: One thing after the other

    private func receive(_ event: Event) {
        switch phase {
        case .answering: waiting.append(event)
        case .head, .body: waiting.isEmpty ? handle(event) : waiting.append(event)
        case .lingering, .closed: break
        }
    }

    private func handle(_ event: Event) {
        switch event {
        case .part(.head(let head)): begin(head)
        case .part(.body(let bytes)): append(bytes)
        case .part(.end): end()
        case .failure(let error): parsingFailed(error)
        }
    }

    /// Takes what waited, until an answer is owed again. A loop and not a recursion: a client may pipeline thousands.
    func workOff() {
        guard !isWorkingOff else { return }
        isWorkingOff = true
        defer { isWorkingOff = false }
        while let event = nextWaiting() { handle(event) }
        // What waits behind the last answer is dropped, and reading goes on, to drop what still comes.
        if isClosing { waiting.removeAll() }
        resumeReading()
    }

    private func nextWaiting() -> Event? {
        switch phase {
        case .head, .body: waiting.popFirst()
        case .answering, .lingering, .closed: nil
        }
    }

    /// Whether a pipelined request waits.
    var hasWaiting: Bool { !waiting.isEmpty }

    // MARK: Closing

    /// Closes as soon as no answer is owed: the daemon is about to stop. A connection that has just come has its first
    /// request on the way: to close it would fail a request that was sent.
    func drain() {
        switch phase {
        case .head where headBytes == 0 && waiting.isEmpty:
            if hasAnswered {
                context?.close(promise: nil)
            } else {
                timer.expire(in: TimeAmount(host.timing.firstRequest))
            }
        case .head, .body, .lingering, .closed: break
        case .answering(let exchange): exchange.closesConnection = true
        }
    }

    /// Closes after the last answer. With bytes unread or on their way, a plain close would reset the connection and
    /// could take the answer with it: then the sending side is closed, and the rest is read and dropped for a while.
    func close(lingering: Bool) {
        guard let context else { return }
        guard lingering, !isInputClosed else {
            phase = .closed
            context.close(promise: nil)
            return
        }
        phase = .lingering
        timer.expire(in: TimeAmount(host.timing.lingering))
        context.close(mode: .output, promise: nil)
        workOff()
    }

    private func inputDidClose() {
        isInputClosed = true
        switch phase {
        case .head, .lingering, .closed: context?.close(promise: nil)
        case .body: context?.close(promise: nil)
        case .answering(let exchange):
            exchange.closesConnection = true
            if exchange.isStreaming { watchHalfClosedStream() }
        }
    }
}

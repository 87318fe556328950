import HTTPTypes
import NIOCore

/// Answers 503 on a connection for which there is no place, reads nothing of it, and closes soon.
final class ConnectionRefusal: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let host: HostRuntime
    private let loop: LoopResources

    init(host: HostRuntime, loop: LoopResources) {
        self.host = host
        self.loop = loop
    }

    func channelActive(context: ChannelHandlerContext) {
        let problem = HTTPProblem(
            .serviceUnavailable, "too many connections.", headers: [.retryAfter: "1"])
        let response = host.host.service.render(problem)
        let body: [UInt8] = if case .bytes(let bytes) = response.body { bytes } else { [] }
        var buffer = context.channel.allocator.buffer(capacity: 256 + body.count)
        ResponseHead(
            response: response, framing: .length(body.count), requestID: nil, connection: "close",
            dateLine: loop.dateLine(second: Int(WallClock.microseconds() / 1_000_000))
        ).write(into: &buffer)
        buffer.writeBytes(body)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        context.close(mode: .output, promise: nil)
        // Those who are turned away must not hold descriptors for long either.
        let channel = context.channel
        context.eventLoop.scheduleTask(in: .milliseconds(250)) { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

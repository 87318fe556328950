import NIOCore

/// Sees a connection's bytes before the parser does, for what only bytes show: that they come too slowly, that a head
/// never ends, that the client goes on sending after its last answer.
final class ByteGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: HTTPConnection

    init(_ connection: HTTPConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !connection.isClosing else { return }
        let bytes = unwrapInboundIn(data)
        connection.bytesWillArrive(bytes)
        context.fireChannelRead(data)
        connection.bytesDidArrive()
    }
}

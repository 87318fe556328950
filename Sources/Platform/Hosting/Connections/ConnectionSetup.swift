import CLinux
import CoreMetrics
import NIOCore
import NIOHTTP1
import NIOPosix

/// Makes an accepted channel into a connection of its host, or turns it away.
struct ConnectionSetup: Sendable {
    let host: HostRuntime
    /// The resources of each event loop.
    let loops: [ObjectIdentifier: LoopResources]
    /// Whether the listener is one that the Host check is for.
    let checksHost: Bool

    /// Installs the handlers. Runs on the channel's loop.
    func prepare(_ channel: any Channel) throws {
        guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else {
            throw ChannelError.inappropriateOperationForState
        }
        let connection = HTTPConnection(host: host, loop: loop, peer: Self.peer(of: channel), checksHost: checksHost)
        let bound = NIOLoopBound(connection, eventLoop: channel.eventLoop)
        let drain: @Sendable () -> Void = { [eventLoop = channel.eventLoop] in
            eventLoop.execute { bound.value.drain() }
        }
        guard host.ledger.enter(.init(channel: channel, drain: drain), host: host.index) else {
            host.metrics.count(.tooManyConnections)
            return try channel.pipeline.syncOperations.addHandler(ConnectionRefusal(host: host, loop: loop))
        }
        host.metrics.connections.increment()
        channel.closeFuture.whenComplete { [host] _ in
            host.ledger.leave(channel, host: host.index)
            host.metrics.connections.decrement()
        }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = connection.limits.header
        limits.maxHeaderListSize = connection.limits.header
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)
        try channel.pipeline.syncOperations.addHandlers([
            ByteGuard(connection), ByteToMessageHandler(decoder), connection,
        ])
    }

    private static func peer(of channel: any Channel) -> Peer {
        if let address = channel.remoteAddress?.ipAddress { return .tcp(address) }
        var credentials = PeerCredentials(pid: 0, uid: .max, gid: .max)
        try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { socket in
            var (pid, uid, gid) = (credentials.pid, credentials.uid, credentials.gid)
            if clinux_peer_credentials(socket, &pid, &uid, &gid) == 0 {
                credentials = PeerCredentials(pid: pid, uid: uid, gid: gid)
            }
        }
        return .unix(credentials)
    }
}

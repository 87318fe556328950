import CLinux
import Glibc
import NIOCore
import NIOPosix
import Settings

/// One open listener of a host.
struct Listener: Sendable {
    let channel: any Channel
    let host: HostRuntime
    let bound: BoundAddress
    /// The socket's file, to be removed at the end.
    let socketFile: SocketFile?

    /// Opens a listener.
    ///
    /// - Throws: `HostingError` with the settings' key.
    static func open(
        _ address: ListenAddress, for host: HostRuntime, loops: [ObjectIdentifier: LoopResources],
        group: any EventLoopGroup
    ) async throws(HostingError) -> Listener {
        let bootstrap = bootstrap(
            group, ConnectionSetup(host: host, loops: loops, checksHost: checksHost(address, host)))
        do {
            switch address {
            case .tcp(let name, let port): return try await openTCP(name, port, host, bootstrap)
            case .unix(let path): return try await openUnix(path, host, bootstrap)
            case .descriptor:
                throw HostingError(
                    code: .unsupported, settingsKey: host.host.settingsKey, address: address,
                    message: "sockets that systemd hands over are not served yet; write HOST:PORT or unix:PATH.")
            }
        } catch let error as HostingError {
            throw error
        } catch {
            throw HostingError(error, host.host.settingsKey, address)
        }
    }

    private static func checksHost(_ address: ListenAddress, _ host: HostRuntime) -> Bool {
        guard case .tcp = address else { return false }
        return host.host.unauthenticatedHostCheck && address.isLocal
    }

    private static func bootstrap(_ group: any EventLoopGroup, _ setup: ConnectionSetup) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                // Without descriptors accept fails at once, again and again: wait a little in between.
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptBackoffHandler(backoffProvider: { _ in .milliseconds(100) }))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try setup.prepare(channel) }
            }
    }

    private static func openTCP(
        _ name: String, _ port: Int, _ host: HostRuntime, _ bootstrap: ServerBootstrap
    ) async throws -> Listener {
        // `localhost` means IPv4 here, as the defaults do; other names are asked of the system, off the event loops.
        let name = name == "localhost" ? "127.0.0.1" : name
        let address = try await NIOThreadPool.singleton.runIfActive {
            try SocketAddress.makeAddressResolvingHost(name, port: port)
        }
        let channel = try await bootstrap.bind(to: address).get()
        let realPort = channel.localAddress?.port ?? port
        host.names.add(host: name, port: realPort, service: host.name)
        let bound = BoundAddress(service: host.name, address: .tcp(host: name, port: realPort))
        return Listener(channel: channel, host: host, bound: bound, socketFile: nil)
    }

    private static func openUnix(
        _ path: String, _ host: HostRuntime, _ bootstrap: ServerBootstrap
    ) async throws -> Listener {
        let (socket, file) = try SocketFile.open(path, mode: host.host.socketMode)
        let channel = try await bootstrap.withBoundSocket(socket).get()
        let bound = BoundAddress(service: host.name, address: .unix(path: path))
        return Listener(channel: channel, host: host, bound: bound, socketFile: file)
    }

    /// Lets nobody new begin to connect. Who has begun is let in for as long as the listener stays open.
    ///
    /// The kernel resets connections that wait in the queue of a socket that closes, and with them requests that were
    /// sent. So first the kernel drops what asks for a new connection (the client asks again, and meets the next
    /// daemon); handshakes that are under way may still end.
    func pause() async {
        socketFile?.remove()
        if case .tcp = bound.address { _ = await withDescriptor(clinux_pause_listening) }
    }

    /// Works off the queue of those who have connected, and stops listening. Pause it first, and leave handshakes the
    /// time to end.
    func close() async {
        let clock = ContinuousClock()
        let deadline = clock.now + .milliseconds(500)
        while await withDescriptor(Self.hasQueue) == true, clock.now < deadline {
            try? await clock.sleep(for: .milliseconds(1))
        }
        try? await channel.close().get()
        socketFile?.remove()
    }

    /// Whether a connection waits to be accepted.
    private static func hasQueue(_ descriptor: CInt) -> Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, 0) > 0 && state.revents & Int16(POLLIN) != 0
    }

    private func withDescriptor<T: Sendable>(_ body: @escaping @Sendable (CInt) -> T) async -> T? {
        try? await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self, body)
        }.get()
    }
}

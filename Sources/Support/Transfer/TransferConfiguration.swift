/// How many connections a client may hold.
public struct TransferConfiguration: Sendable, Hashable {
    /// The most connections at once; transfers beyond wait their turn, within their timeout.
    public var maximumConnections: Int
    /// The most connections at once to one host and port; 0 for no limit but the one in all.
    public var maximumConnectionsPerHost: Int
    /// The most idle connections kept for reuse.
    public var maximumIdleConnections: Int
    /// How many bytes of a streamed answer wait for their reader before the server is held back.
    public var streamBufferBytes: Int

    /// A configuration; the defaults suit a daemon with 1,024 descriptors to spare.
    public init(
        maximumConnections: Int = 512, maximumConnectionsPerHost: Int = 0, maximumIdleConnections: Int = 64,
        streamBufferBytes: Int = 256 * 1024
    ) {
        self.maximumConnections = maximumConnections
        self.maximumConnectionsPerHost = maximumConnectionsPerHost
        self.maximumIdleConnections = maximumIdleConnections
        self.streamBufferBytes = streamBufferBytes
    }
}

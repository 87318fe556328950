/// Where the time of a transfer went, each counted from its beginning.
public struct TransferTiming: Sendable, Hashable {
    /// Until the connection stood, TLS included; zero where one was reused.
    public var connected: Duration
    /// Until the first byte of the answer.
    public var firstByte: Duration
    /// Until the last byte.
    public var total: Duration
    /// How many new connections it took: 0 where one was reused.
    public var newConnections: Int

    /// A timing, all zero unless told.
    public init(
        connected: Duration = .zero, firstByte: Duration = .zero, total: Duration = .zero, newConnections: Int = 0
    ) {
        self.connected = connected
        self.firstByte = firstByte
        self.total = total
        self.newConnections = newConnections
    }
}

/// Hosting's own times, which tests change.
public struct HostingTiming: Sendable, Hashable {
    /// How long what a client still sends is read and dropped after its last answer, so that the answer arrives: to
    /// close with unread bytes would reset the connection.
    public var lingering: Duration
    /// How long a connection that has just come may take for its first request when the daemon stops.
    public var firstRequest: Duration

    /// The times; the defaults are the daemon's.
    public init(lingering: Duration = .seconds(5), firstRequest: Duration = .seconds(1)) {
        self.lingering = lingering
        self.firstRequest = firstRequest
    }
}

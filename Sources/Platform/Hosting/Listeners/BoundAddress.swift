public import Settings

/// An address that a service listens on, with the port that it really has.
public struct BoundAddress: Sendable, Hashable {
    /// The service's name.
    public let service: String
    /// The address; a port 0 of the settings is the port that the system chose.
    public let address: ListenAddress

    /// Creates a bound address.
    public init(service: String, address: ListenAddress) {
        self.service = service
        self.address = address
    }
}

/// The settings of the metadata server, `metadata` in the file.
public struct MetadataSettings: Sendable, Hashable {
    /// Where it listens; empty: there is none.
    public var listen: [ListenAddress]
    /// The account whose tokens it gives: its email, or its name alone.
    public var serviceAccount: String

    /// The metadata server's settings; without arguments, the defaults.
    public init(listen: [ListenAddress] = [], serviceAccount: String = "cloud-run-invoker") {
        self.listen = listen
        self.serviceAccount = serviceAccount
    }
}

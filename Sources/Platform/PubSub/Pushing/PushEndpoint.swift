public import Transfer

/// Where a push goes in truth, and for whom its token is when the subscription does not say.
public struct PushEndpoint: Sendable, Hashable {
    /// What is called.
    public var endpoint: TransferEndpoint
    /// The audience of an ID token, unless the subscription names one.
    public var audience: String

    /// An endpoint; without an audience, it is the URL.
    public init(_ endpoint: TransferEndpoint, audience: String? = nil) {
        self.endpoint = endpoint
        self.audience = audience ?? endpoint.url
    }
}

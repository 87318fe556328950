import HTTPTypes
public import Hosting
public import Identity
import JSON

/// What verifiers of the daemon's tokens read, anywhere and without a token: it holds public keys only.
public struct DiscoveryRoutes: Sendable {
    private let identities: Identities

    /// The routes of whose keys are served.
    public init(_ identities: Identities) { self.identities = identities }

    /// The description of the issuer, and its key set.
    public var routes: [Route] {
        [
            Route(.get, Identities.discoveryPath) { _ in answer(identities.discovery) },
            Route(.get, Identities.keysPath) { _ in answer(identities.keySet) },
        ]
    }

    /// Kept for five minutes: a verifier that finds a key it does not know looks again anyway.
    private func answer(_ value: JSONValue) -> HostedResponse {
        var response = HostedResponse.json(value)
        response.headers[.cacheControl] = "public, max-age=300"
        return response
    }
}

import Identity
import PubSub

/// The tokens of pushes.
struct PushTokens: PushTokenSource {
    let identities: Identities

    func identityToken(for account: String, audience: String) async throws -> String {
        try await identities.identityToken(of: account, audience: audience).token
    }
}

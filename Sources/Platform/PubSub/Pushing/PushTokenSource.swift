/// Where the ID tokens of pushes come from.
public protocol PushTokenSource: Sendable {
    /// A token of a service account for an audience; throws with a reason for the operator.
    func identityToken(for account: String, audience: String) async throws -> String
}

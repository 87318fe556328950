/// Whether a listener asks its callers who they are.
public enum Authentication: String, Sendable, Hashable, CaseIterable {
    /// Everybody who reaches the address may call.
    case none
    /// A caller shows an ID token of a principal that may invoke the service; to the admin interface an ID token or an
    /// access token of one that has a role there.
    case required
}

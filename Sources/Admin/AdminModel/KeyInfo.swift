/// One of the keys that sign, or signed, the daemon's tokens.
public struct KeyInfo: Codable, Sendable, Hashable {
    /// The `kid` of its tokens.
    public let id: String
    /// `ACTIVE`, or `RETIRED`: served until its tokens have expired.
    public let state: String
    /// When it was made, RFC 3339.
    public let createTime: String
    /// Until when a retired key is served, RFC 3339.
    public let servedUntil: String?

    /// Creates a key's description.
    public init(id: String, state: String, createTime: String, servedUntil: String?) {
        self.id = id
        self.state = state
        self.createTime = createTime
        self.servedUntil = servedUntil
    }
}

/// The answer of `GET /admin/v1/iam/keys`.
public struct KeyList: Codable, Sendable, Hashable {
    /// The keys, the one that signs first.
    public let keys: [KeyInfo]

    /// Creates a list.
    public init(keys: [KeyInfo]) {
        self.keys = keys
    }
}

/// One service account.
public struct ServiceAccountInfo: Codable, Sendable, Hashable {
    /// `NAME@PROJECT.iam.gserviceaccount.com`.
    public let email: String
    /// 21 digits, given once.
    public let uniqueId: String
    /// What people call it; may be empty.
    public let displayName: String
    /// What it is for; nil when nobody said so.
    public let description: String?
    /// When it was made, RFC 3339.
    public let createTime: String

    /// Creates an account's description.
    public init(email: String, uniqueId: String, displayName: String, description: String?, createTime: String) {
        self.email = email
        self.uniqueId = uniqueId
        self.displayName = displayName
        self.description = description
        self.createTime = createTime
    }
}

/// The answer of `GET /admin/v1/iam/serviceAccounts`.
public struct ServiceAccountList: Codable, Sendable, Hashable {
    /// All accounts, by email.
    public let accounts: [ServiceAccountInfo]

    /// Creates a list.
    public init(accounts: [ServiceAccountInfo]) {
        self.accounts = accounts
    }
}

/// The body of `POST /admin/v1/iam/serviceAccounts`.
public struct ServiceAccountBody: Codable, Sendable, Hashable {
    /// What stands before the `@`.
    public let accountId: String
    /// What people call it.
    public let displayName: String?

    /// Creates a body.
    public init(accountId: String, displayName: String?) {
        self.accountId = accountId
        self.displayName = displayName
    }
}

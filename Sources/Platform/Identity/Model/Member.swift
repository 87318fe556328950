/// Who a role is given to.
public enum Member: Sendable, Hashable {
    /// Everybody, with or without a token.
    case allUsers
    /// Everybody with a good token.
    case allAuthenticatedUsers
    /// A service account, by its email.
    case serviceAccount(String)
    /// A person, by an email.
    case user(String)

    /// The text that ``parse(_:)`` reads: `serviceAccount:EMAIL`, `user:EMAIL`, `allUsers`, `allAuthenticatedUsers`.
    public var text: String {
        switch self {
        case .allUsers: "allUsers"
        case .allAuthenticatedUsers: "allAuthenticatedUsers"
        case .serviceAccount(let email): "serviceAccount:\(email)"
        case .user(let email): "user:\(email)"
        }
    }

    /// The email, where there is one.
    public var email: String? {
        switch self {
        case .serviceAccount(let email), .user(let email): email
        case .allUsers, .allAuthenticatedUsers: nil
        }
    }

    /// Reads a member; emails are kept in small letters.
    public static func parse(_ text: String) throws(IdentityError) -> Member {
        switch text {
        case "allUsers": return .allUsers
        case "allAuthenticatedUsers": return .allAuthenticatedUsers
        default: break
        }
        if let email = text.dropping(prefix: "serviceAccount:").flatMap(Self.email) { return .serviceAccount(email) }
        if let email = text.dropping(prefix: "user:").flatMap(Self.email) { return .user(email) }
        throw .invalid(
            "\(text.debugDescription) is not a member: write serviceAccount:EMAIL, user:EMAIL, allUsers or "
                + "allAuthenticatedUsers")
    }

    /// The member that an email of a token stands for; nil for what is no email.
    public static func of(_ email: String) -> Member? {
        guard let email = Self.email(email) else { return nil }
        return email.endsInBytes(with: ".gserviceaccount.com") ? .serviceAccount(email) : .user(email)
    }

    /// An email in small letters, or nil for what is none.
    private static func email(_ text: String) -> String? {
        let bytes = text.utf8.map(\.asciiLowercased)
        let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard bytes.count <= 254, parts.count == 2, parts.allSatisfy({ !$0.isEmpty }),
            bytes.allSatisfy({ $0.isLowerLetter || $0.isDigit || "._%+-@".utf8.contains($0) })
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}

public import Datastore

/// An account that programs act as: a push subscription's, a job's, a client's.
public struct ServiceAccount: Sendable, Hashable {
    /// `NAME@PROJECT.iam.gserviceaccount.com`.
    public let email: String
    /// 21 digits, given once and to nobody else: an account that is made again under the same name is another one.
    public let uniqueID: String
    /// What people call it.
    public internal(set) var displayName: String
    /// What it is for.
    public internal(set) var description: String
    /// When it was made.
    public let createTime: Timestamp

    /// Creates an account's description.
    public init(
        email: String, uniqueID: String, displayName: String, description: String = "", createTime: Timestamp
    ) {
        self.email = email
        self.uniqueID = uniqueID
        self.displayName = displayName
        self.description = description
        self.createTime = createTime
    }

    /// What stands behind the `@` of a project's accounts.
    public static func domain(project: String) -> String { "\(project).iam.gserviceaccount.com" }

    /// The email of the account of a name in a project.
    public static func email(_ name: String, project: String) -> String { "\(name)@\(domain(project: project))" }

    /// Throws `invalidArgument` for what can be no account.
    public static func validate(_ name: String, displayName: String, description: String) throws(IdentityError) {
        guard isName(name) else {
            throw .invalid(
                "\(name.debugDescription) is not an account's name: 6 to 30 lower-case letters, digits and hyphens, a "
                    + "letter first, no hyphen last")
        }
        try validate(displayName: displayName, description: description)
    }

    static func validate(displayName: String, description: String) throws(IdentityError) {
        guard displayName.utf8.count <= 100 else { throw .invalid("a displayName has at most 100 bytes") }
        guard description.utf8.count <= 256 else { throw .invalid("a description has at most 256 bytes") }
    }

    /// Whether a text can be the name of an account: Google's own rule.
    static func isName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        return (6...30).contains(bytes.count) && bytes.allSatisfy { $0.isLowerLetter || $0.isDigit || $0 == .hyphen }
            && bytes[0].isLowerLetter && bytes.last != .hyphen
    }
}

import Glibc

/// A user of this machine, as the kernel names who connects to the admin socket: `user:NAME@trivet.local`.
public struct LocalUser: Sendable, Hashable {
    /// The email that tokens carry.
    public let email: String
    /// The number that tokens carry: the user id, in as many digits as Google's numbers have.
    public let uniqueID: String

    /// How policies name the user.
    public var member: Member { .user(email) }

    var subject: TokenSubject { TokenSubject(email: email, id: uniqueID) }

    /// What stands behind the `@` of the users of this machine.
    static let domain = "trivet.local"

    /// A user of this machine.
    ///
    /// - Parameters:
    ///   - name: the login name; one that no email can have, and none, become `uid-NUMBER`.
    ///   - uid: the user id.
    public init(name: String?, uid: UInt32) {
        let named = name.flatMap { try? Member.parse("user:\($0)@\(Self.domain)") }?.email
        email = named ?? "uid-\(uid)@\(Self.domain)"
        let digits = String(uid)
        uniqueID = "1" + String(repeating: "0", count: 20 - digits.utf8.count) + digits
    }

    /// The user of an id, by the name that the system has for it.
    public init(uid: UInt32) { self.init(name: Self.name(of: uid), uid: uid) }

    /// The name that the system has for a user id; nil when it has none. May take the way to a directory server.
    public static func name(of uid: UInt32) -> String? {
        var buffer = [CChar](repeating: 0, count: 16_384)
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return entry.pw_name.map { String(cString: $0) }
    }
}

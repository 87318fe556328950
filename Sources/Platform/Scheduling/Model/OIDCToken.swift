/// The ID token that a job's calls carry: whose it is, and for whom.
public struct OIDCToken: Sendable, Hashable {
    /// The account that the job acts as.
    public var serviceAccountEmail: String
    /// Who is to take the token; nil: the job's URL.
    public var audience: String?

    /// A token to carry.
    public init(serviceAccountEmail: String, audience: String? = nil) {
        self.serviceAccountEmail = serviceAccountEmail
        self.audience = audience
    }

    func validate() throws(SchedulingError) {
        func isText(_ text: String, _ limit: Int) -> Bool {
            (1...limit).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        }
        guard isText(serviceAccountEmail, 254), serviceAccountEmail.utf8.contains(UInt8(ascii: "@")) else {
            throw SchedulingError(.invalidJob, "the service account is an email")
        }
        guard audience.map({ isText($0, 2_048) }) ?? true else {
            throw SchedulingError(.invalidJob, "an audience is 1 to 2048 visible ASCII characters")
        }
    }
}

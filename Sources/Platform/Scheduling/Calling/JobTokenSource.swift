/// Makes the ID tokens that jobs carry; the daemon fills it in, since the scheduler knows no accounts.
public protocol JobTokenSource: Sendable {
    /// An ID token of an account for an audience.
    func identityToken(for account: String, audience: String) async throws -> String

    /// What to do about a call that was answered 401 or 403: nil where nothing is known.
    ///
    /// - Parameters:
    ///   - account: the account that the job acted as; nil for none.
    ///   - url: the job's URL.
    ///   - job: the job's name.
    func advice(account: String?, url: String, job: String) -> String?
}

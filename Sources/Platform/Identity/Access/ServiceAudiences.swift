import JSON

/// For whom a token may be meant to be taken by a service: its URL, any other of the same origin, and what the operator
/// has set besides.
public struct ServiceAudiences: Sendable, Hashable {
    private let origins: Set<String>
    private let others: [String]

    /// The audience that gcloud's `print-identity-token` asks for when none is named. Taken from tokens of the daemon's
    /// own only: anybody whom a user of gcloud calls has one of Google's.
    public static let commandLine = "32555940559.apps.googleusercontent.com"

    /// The audiences of a service.
    ///
    /// - Parameters:
    ///   - urls: what the service is called; only their origins count.
    ///   - others: further audiences, exactly as they stand.
    public init(urls: [String], others: [String]) {
        origins = Set(urls.compactMap(WebOrigin.of))
        self.others = others
    }

    func take(_ audience: String) -> Bool {
        WebOrigin.of(audience).map(origins.contains) ?? false || others.contains { $0.hasSameBytes(as: audience) }
    }
}

/// Why a connection or a request was turned away before any service saw it; the label of
/// `trivet_http_rejected_total`.
enum Rejection: String, CaseIterable, Sendable {
    /// What came is not HTTP, or is HTTP that two readers could read in two ways.
    case badRequest = "bad_request"
    case headerTooLarge = "header_too_large"
    case headerTimeout = "header_timeout"
    case bodyTooLarge = "body_too_large"
    case bodyTimeout = "body_timeout"
    case tooManyConnections = "too_many_connections"
    /// A browser asks for a page of another site.
    case crossSite = "cross_site"
    /// The Host is not the service's own (421).
    case misdirected
}

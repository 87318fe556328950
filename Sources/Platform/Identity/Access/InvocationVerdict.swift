/// What a request shows of itself.
enum RequestCredentials: Sendable, Hashable {
    /// No token.
    case none
    /// One bearer token.
    case bearer(String)
    /// Something else: another scheme, or more than one header.
    case malformed

    /// Reads the values of a request's Authorization headers.
    init(authorization values: [String]) {
        guard let value = values.first else {
            self = .none
            return
        }
        let scheme = "bearer "
        let token = value.utf8.dropFirst(scheme.utf8.count).drop { $0 == UInt8(ascii: " ") }
        let isBearer =
            value.utf8.prefix(scheme.utf8.count).map(\.asciiLowercased).elementsEqual(scheme.utf8)
            && !token.isEmpty && token.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") }
        self = values.count == 1 && isBearer ? .bearer(String(Substring(token))) : .malformed
    }
}

/// Whether somebody may call a service, now or after a while.
public enum InvocationAnswer: Sendable {
    case now(InvocationVerdict)
    /// An issuer's keys are to be fetched first.
    case later(@Sendable () async -> InvocationVerdict)
}

/// Whether somebody may call a service.
public enum InvocationVerdict: Sendable {
    /// They may; nil where nobody was asked who they are.
    case allowed(Principal?)
    /// They may not: a code for the metric, and a sentence for the request's record. Neither is for who asks.
    case refused(TokenFailure, String, Principal?)
}

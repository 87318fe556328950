/// What a request shows of itself.
enum RequestCredentials: Sendable, Hashable {
    /// No token.
    case none
    /// One bearer token.
    case bearer(String)
    /// Something else: another scheme, or more than one header.
    case malformed

    private static let scheme = Array("bearer ".utf8)

    /// Reads the values of a request's Authorization headers.
    init(authorization values: [String]) {
        guard let value = values.first else {
            self = .none
            return
        }
        // Every request comes by here: an array's bytes are looked at several times as fast as a string's.
        let (bytes, scheme) = (Array(value.utf8), Self.scheme)
        let token = bytes.dropFirst(scheme.count).drop { $0 == UInt8(ascii: " ") }
        let isBearer =
            bytes.prefix(scheme.count).elementsEqual(scheme) { $0.asciiLowercased == $1 }
            && !token.isEmpty && token.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") }
        self = values.count == 1 && isBearer ? .bearer(String(decoding: token, as: UTF8.self)) : .malformed
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

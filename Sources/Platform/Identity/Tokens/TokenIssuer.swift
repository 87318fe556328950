import CoreMetrics
import Datastore
import JWTKit
import MetricDescribing
import Synchronization

/// Makes tokens, and keeps them until shortly before they expire: a signature costs a good part of a millisecond, and
/// a push subscription asks before each call.
final class TokenIssuer: Sendable {
    /// What a token is good for.
    enum Kind: String, CaseIterable {
        /// To call a service.
        case identity
        /// To call the admin interface; never an ID token, since its type and audience are others.
        case access
    }

    private struct Wanted: Hashable {
        let kind: Kind
        let subject: TokenSubject
        let audience: String
        let lifetime: Duration
    }

    private struct State {
        var tokens: [Wanted: IssuedToken] = [:]
        /// What is being made, for all who wait for the same.
        var making: [Wanted: Task<IssuedToken, any Error>] = [:]
        /// The key that the kept tokens are signed with.
        var key: String?
    }

    static let lifetime = Duration.seconds(3_600)
    /// The type in the header of an ID token.
    static let identityType = "JWT"
    /// The type in the header of an access token (RFC 9068).
    static let accessType = "at+jwt"
    /// A kept token is given out while it is good for this much longer at least.
    private static let remainder = Duration.seconds(300)
    private static let kept = 4_096

    private let keys: KeyRing
    private let issuer: @Sendable () -> String
    private let now: @Sendable () -> Timestamp
    private let counters: [Kind: Counter]
    private let state = Mutex(State())

    init(
        keys: KeyRing, issuer: @escaping @Sendable () -> String, now: @escaping @Sendable () -> Timestamp,
        metrics: any MetricsFactory
    ) {
        self.keys = keys
        self.issuer = issuer
        self.now = now
        metrics.describe("trivet_identity_tokens_signed_total", help: "Tokens that were signed, by their kind.")
        counters = Dictionary(
            uniqueKeysWithValues: Kind.allCases.map { kind in
                let counter = Counter(
                    label: "trivet_identity_tokens_signed_total", dimensions: [("kind", kind.rawValue)],
                    factory: metrics)
                counter.increment(by: 0)
                return (kind, counter)
            })
    }

    /// A token of a subject for an audience, made or kept.
    func token(
        _ kind: Kind, for subject: TokenSubject, audience: String, lifetime: Duration = TokenIssuer.lifetime
    ) async throws(IdentityError) -> IssuedToken {
        guard (1...2_048).contains(audience.utf8.count), audience.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalid("an audience is 1 to 2048 visible ASCII characters, such as a service's URL")
        }
        let key = try await keys.current()
        let wanted = Wanted(kind: kind, subject: subject, audience: audience, lifetime: lifetime)
        switch next(wanted, key) {
        case .kept(let token): return token
        case .made(let task):
            do { return try await task.value } catch {
                throw error as? IdentityError ?? IdentityError(.unavailable, "a token cannot be signed: \(error)")
            }
        }
    }

    /// A token that is kept, or one that is being made.
    private enum Next {
        case kept(IssuedToken)
        case made(Task<IssuedToken, any Error>)
    }

    private func next(_ wanted: Wanted, _ key: SigningKey) -> Next {
        let oldest = now().advanced(by: Self.remainder)
        return state.withLock { state in
            // A new key signs from its first token on.
            if state.key != key.id { (state.tokens, state.key) = ([:], key.id) }
            if let token = state.tokens[wanted], token.expireTime > oldest { return .kept(token) }
            if let making = state.making[wanted] { return .made(making) }
            let task = Task { try await make(wanted, key) }
            state.making[wanted] = task
            return .made(task)
        }
    }

    private func make(_ wanted: Wanted, _ key: SigningKey) async throws -> IssuedToken {
        defer { state.withLock { $0.making[wanted] = nil } }
        let issued = now().microseconds / 1_000_000
        let lifetime = wanted.lifetime.components.seconds
        let claims = IssuedClaims(
            issuer: issuer(), audience: wanted.audience, subject: wanted.subject, issued: issued, lifetime: lifetime)
        guard let signer = key.signer else { throw IdentityError(.unavailable, "the key \(key.id) signs no more") }
        let header: JWTHeader = wanted.kind == .access ? ["typ": .string(Self.accessType)] : [:]
        let text = try await signer.sign(claims, kid: JWKIdentifier(string: key.id), header: header)
        counters[wanted.kind]?.increment()
        let token = IssuedToken(
            token: text, email: wanted.subject.email, audience: wanted.audience,
            expireTime: Timestamp(microseconds: (issued + lifetime) * 1_000_000))
        state.withLock { state in
            guard state.key == key.id else { return }
            if state.tokens.count >= Self.kept { drop(from: &state.tokens) }
            state.tokens[wanted] = token
        }
        return token
    }

    /// Makes room: what has expired goes, and where that is not enough, everything.
    private func drop(from tokens: inout [Wanted: IssuedToken]) {
        let now = now()
        tokens = tokens.filter { $0.value.expireTime > now }
        if tokens.count >= Self.kept { tokens = [:] }
    }
}

import Crypto
import Datastore
import Synchronization

/// Tokens that were verified and meant for a service, by the hash of their exact text, so that a client's next request
/// costs a lookup in place of a signature. What may change within a token's life, account and bindings, is looked at
/// each time.
final class VerifiedTokens: Sendable {
    struct Key: Hashable {
        let digest: SHA256Digest
        let service: String

        init(_ token: String, service: String) {
            var (token, hash) = (token, SHA256())
            token.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
            digest = hash.finalize()
            self.service = service
        }
    }

    private struct Entry {
        let principal: Principal
        let since: Timestamp
        let until: Timestamp
    }

    private let limit: Int
    private let entries = Mutex<[Key: Entry]>([:])
    /// After this, signature and key are looked at again: a key that its issuer has withdrawn is not believed for long.
    private static let longest = Duration.seconds(600)

    init(limit: Int = 4_096) { self.limit = limit }

    func principal(_ key: Key, now: Timestamp) -> Principal? {
        entries.withLock { entries in
            // A clock that was set back ends an entry too.
            guard let entry = entries[key], entry.since <= now, now < entry.until else { return nil }
            return entry.principal
        }
    }

    func keep(_ token: VerifiedToken, _ key: Key, now: Timestamp) {
        let until = min(token.expires, now.advanced(by: Self.longest))
        entries.withLock { entries in
            if entries.count >= limit { entries = entries.filter { $0.value.until > now } }
            if entries.count >= limit { entries = [:] }
            entries[key] = Entry(principal: token.principal, since: now, until: until)
        }
    }

    var count: Int { entries.withLock { $0.count } }
}

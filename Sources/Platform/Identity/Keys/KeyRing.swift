import Datastore
import Logging
import Synchronization

/// The keys in use: one signs, and those that signed before are served until their tokens have expired.
final class KeyRing: Sendable {
    private struct State {
        var current: SigningKey?
        var retired: [SigningKey] = []
        /// The key that is being made, for all who wait for it.
        var making: Task<SigningKey, any Error>?
    }

    private let folder: KeyFolder
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let state: Mutex<State>

    /// How long a token lives, and some time for clocks and caches.
    static let servedAfterRetirement = TokenIssuer.lifetime + .seconds(600)

    private init(_ folder: KeyFolder, _ state: State, now: @escaping @Sendable () -> Timestamp, logger: Logger) {
        self.folder = folder
        self.now = now
        self.logger = logger
        self.state = Mutex(state)
    }

    /// Reads the keys. Where none signs, one is made in the background: the start need not wait for it, and who needs
    /// it first does.
    ///
    /// - Throws: `brokenKeys` for files that cannot be used.
    static func open(
        _ folder: KeyFolder, now: @escaping @Sendable () -> Timestamp, logger: Logger
    ) async throws(IdentityError) -> KeyRing {
        var state = State()
        for key in try await folder.load() {
            switch key.retiredUntil {
            case nil where state.current == nil: state.current = key
            // A rotation that was cut off.
            case nil: state.retired.append(try folder.retire(key, until: now().advanced(by: servedAfterRetirement)))
            case .some(let until) where until > now(): state.retired.append(key)
            case .some: try folder.remove(key)
            }
        }
        let ring = KeyRing(folder, state, now: now, logger: logger)
        if state.current == nil { _ = ring.make() }
        return ring
    }

    /// The key that signs, as soon as there is one.
    func current() async throws(IdentityError) -> SigningKey {
        if let key = state.withLock({ $0.current }) { return key }
        return try await made()
    }

    /// Makes a new key that signs from now on; the one before is served until its tokens have expired.
    func rotate() async throws(IdentityError) -> SigningKey { try await made() }

    /// The key of an id, to check a token of our own.
    func key(_ id: String) -> SigningKey? { served.first { $0.id.utf8.elementsEqual(id.utf8) } }

    /// Every key whose public half is served: the current one first.
    var served: [SigningKey] {
        let now = now()
        return state.withLock { state in
            (state.current.map { [$0] } ?? []) + state.retired.filter { $0.retiredUntil.map { $0 > now } ?? false }
        }
    }

    private func made() async throws(IdentityError) -> SigningKey {
        do { return try await make().value } catch {
            throw error as? IdentityError ?? IdentityError(.unavailable, "no signing key can be made: \(error)")
        }
    }

    /// The making of a key: the one under way, or a new one.
    private func make() -> Task<SigningKey, any Error> {
        state.withLock { state in
            if let making = state.making { return making }
            let task = Task {
                do {
                    let key = try await replace()
                    logger.info("a signing key was made", metadata: ["key": "\(key.id)"])
                    return key
                } catch {
                    logger.error("no signing key can be made", metadata: ["error": "\(error)"])
                    self.state.withLock { $0.making = nil }
                    throw error
                }
            }
            state.making = task
            return task
        }
    }

    /// Makes a key, on the disk before anybody sees it, and retires the one before.
    private func replace() async throws -> SigningKey {
        let old = state.withLock { $0.current }
        // Younger than the one before, also when the clock was set back: the youngest signs after a restart.
        let time = max(now(), old?.createTime.advanced(by: .microseconds(1)) ?? now())
        let (key, pem) = try await SigningKey.generate(at: time)
        try folder.add(key, pem: pem)
        let until = now().advanced(by: Self.servedAfterRetirement)
        // In use before the old one is retired: should that fail, its private half stays until the next start.
        state.withLock { state in
            state.current = key
            state.making = nil
            if let old { state.retired.append(old.retired(until: until)) }
        }
        if let old { _ = try folder.retire(old, until: until) }
        try dropExpired()
        return key
    }

    private func dropExpired() throws(IdentityError) {
        let now = now()
        let expired = state.withLock { state in
            let expired = state.retired.filter { $0.retiredUntil.map { $0 <= now } ?? false }
            state.retired.removeAll { key in expired.contains { $0.id == key.id } }
            return expired
        }
        for key in expired { try folder.remove(key) }
    }
}

import Datastore
import Synchronization

/// An engine whose reads fail when told.
final class TestEngine: Engine {
    private let base: any Engine
    private let isBroken = Atomic(false)

    init(_ base: any Engine) { self.base = base }

    func setBroken(_ broken: Bool) { isBroken.store(broken, ordering: .releasing) }

    func read<T: Sendable>(_ body: @escaping @Sendable (any EngineSnapshot) throws -> T) async throws -> T {
        if isBroken.load(ordering: .acquiring) { throw DatastoreError(.unavailable, "the disk is broken") }
        return try await base.read(body)
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (any EngineTransaction) throws -> T) async throws -> T {
        try await base.write(body)
    }

    func write<T: Sendable>(
        for purpose: WritePurpose, _ body: @escaping @Sendable (any EngineTransaction) throws -> T
    ) async throws -> T {
        try await base.write(for: purpose, body)
    }
}

/// An engine to which everything that is stored is essential.
struct EssentialEngine: Engine {
    let base: any Engine

    func read<T: Sendable>(_ body: @escaping @Sendable (any EngineSnapshot) throws -> T) async throws -> T {
        try await base.read(body)
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (any EngineTransaction) throws -> T) async throws -> T {
        try await base.write(for: .essential, body)
    }

    func write<T: Sendable>(
        for purpose: WritePurpose, _ body: @escaping @Sendable (any EngineTransaction) throws -> T
    ) async throws -> T {
        try await base.write(for: purpose == .storing ? .essential : purpose, body)
    }
}

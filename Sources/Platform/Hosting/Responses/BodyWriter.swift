/// Writes a streamed answer. Each write returns when the client has room for more, so that a slow client slows the
/// writer and memory stays flat.
public struct BodyWriter: Sendable {
    private let sink: @Sendable ([UInt8]) async throws -> Void

    /// Creates a writer over a sink; tests give their own.
    public init(_ sink: @escaping @Sendable ([UInt8]) async throws -> Void) { self.sink = sink }

    /// Sends bytes.
    ///
    /// - Throws: when the client has gone, or took nothing for the body timeout.
    public func write(_ bytes: [UInt8]) async throws { try await sink(bytes) }
}

/// One thing that still works in a process that is worth keeping.
public struct SelfCheck: Sendable {
    /// What is looked at, for the log: `the state writer`.
    public let name: String
    /// Comes back when it works; throws, or hangs, when a new process would do better.
    public let run: @Sendable () async throws -> Void

    /// A check.
    public init(_ name: String, run: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.run = run
    }
}

import Synchronization

/// The open transactions of clients over a wire: what each has read so far.
final class WireTransactions: Sendable {
    static let aborted = DatastoreError(
        .aborted, "something that the transaction read has changed since; begin it again")

    private static let unknown = DatastoreError.invalid(
        "the transaction is not open: it has ended, has expired, or never was")

    /// How many may be open.
    private let limit: Int
    private let idle: Duration
    private let lifetime: Duration
    private let now: @Sendable () -> ContinuousClock.Instant

    private struct Open {
        var reads = ReadSet()
        let readOnly: Bool
        let begun: ContinuousClock.Instant
        var used: ContinuousClock.Instant
    }

    private let open = Mutex<[TransactionHandle: Open]>([:])

    init(
        limit: Int = 10_000, idle: Duration = .seconds(60), lifetime: Duration = .seconds(270),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.limit = limit
        self.idle = idle
        self.lifetime = lifetime
        self.now = now
    }

    func begin(readOnly: Bool) throws -> TransactionHandle {
        let now = now()
        let handle = TransactionHandle.random()
        try open.withLock { open in
            if open.count >= limit { open = open.filter { !isExpired($0.value, now) } }
            guard open.count < limit else {
                throw DatastoreError(.resourceExhausted, "too many open transactions: commit or roll back some")
            }
            open[handle] = Open(readOnly: readOnly, begun: now, used: now)
        }
        return handle
    }

    private func isExpired(_ transaction: Open, _ now: ContinuousClock.Instant) -> Bool {
        now - transaction.used > idle || now - transaction.begun > lifetime
    }

    /// Throws when the transaction is not open.
    func touch(_ handle: TransactionHandle) throws {
        try note(handle) { _ in }
    }

    /// Adds to what a transaction has read.
    func note(_ handle: TransactionHandle, _ body: (inout ReadSet) throws -> Void) throws {
        let now = now()
        try open.withLock { open in
            guard var transaction = open[handle], !isExpired(transaction, now) else {
                open[handle] = nil
                throw Self.unknown
            }
            do {
                try body(&transaction.reads)
            } catch is ReadSet.Conflict {
                open[handle] = nil
                throw Self.aborted
            }
            transaction.used = now
            open[handle] = transaction
        }
    }

    /// Takes a transaction out and returns what it has read.
    func end(_ handle: TransactionHandle, writing: Bool) throws -> ReadSet {
        let now = now()
        let transaction = open.withLock { $0.removeValue(forKey: handle) }
        guard let transaction, !isExpired(transaction, now) else { throw Self.unknown }
        guard !writing || !transaction.readOnly else {
            throw DatastoreError.invalid("a read-only transaction must not change anything")
        }
        return transaction.reads
    }
}

extension TransactionHandle {
    fileprivate static func random() -> TransactionHandle {
        var bytes = OrderedBytes()
        bytes.append(bigEndian: .random(in: .min ... .max))
        bytes.append(bigEndian: .random(in: .min ... .max))
        return TransactionHandle(bytes: bytes.bytes)
    }
}

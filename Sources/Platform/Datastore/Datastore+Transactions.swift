// Transactions.
extension Datastore {
    /// How often a transaction is tried beside others, before it is run alone.
    private static let optimisticTries = 2

    /// Runs a closure as a transaction: all it reads is one snapshot, all it writes is stored at once or not at all,
    /// and nothing that it read was changed by others in between; else it is run again.
    ///
    /// After a few conflicts the closure is run within the writer, where it has no rivals: it must be short, and must
    /// not wait for anything.
    /// - Throws: what the closure throws, then nothing is stored.
    public func transaction<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
        try await metrics.counting(.transaction) {
            for _ in 0..<Self.optimisticTries {
                if let outcome = try await attempt(body) { return outcome }
                metrics.countRetry()
            }
            return try await runAlone(body)
        }
    }

    /// One try on a snapshot; nil when others came between.
    private func attempt<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T? {
        while true {
            let catalogue = indexer.catalogue
            do {
                let (outcome, mutations, reads, indexes) = try await engine.read { [ids] snapshot in
                    let transaction = Transaction(snapshot: snapshot, catalogue: catalogue, ids: ids)
                    let outcome = try body(transaction)
                    return (outcome, transaction.mutations, transaction.reads, transaction.indexes)
                }
                // The entries of an index that is being removed may have been missing.
                guard indexes.allSatisfy(indexer.catalogue.isReady) else { return nil }
                if !mutations.isEmpty { _ = try await apply(mutations, reads: reads) }
                return outcome
            } catch is Transaction.IDsNeeded {
                try await ids.extend(by: 1)
            } catch is ReadSet.Conflict {
                return nil
            }
        }
    }

    /// Runs the closure within the writer.
    private func runAlone<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
        while true {
            do {
                let (outcome, version) = try await engine.write { [ids, indexer] writer in
                    let catalogue = indexer.catalogue
                    let transaction = Transaction(snapshot: writer, catalogue: catalogue, ids: ids)
                    let outcome = try body(transaction)
                    let prepared = try transaction.mutations.map { mutation in
                        try PreparedWrite(mutation, id: nil, catalogue: catalogue)
                    }
                    return (outcome, try self.write(prepared, writer, catalogue).1)
                }
                versions.confirm(version)
                return outcome
            } catch is Transaction.IDsNeeded {
                try await ids.extend(by: 1)
            }
        }
    }
}

// Transactions that span requests, for clients over a wire.
extension Datastore {
    /// Begins a transaction that ends with `commit(_:in:)` or `rollback(_:)`, or when it is not used for 60 s or is
    /// older than 270 s.
    ///
    /// - Throws: `resourceExhausted` when too many are open.
    public func begin(readOnly: Bool = false) async throws -> TransactionHandle {
        try wireTransactions.begin(readOnly: readOnly)
    }

    /// The entities of keys as the transaction sees them.
    ///
    /// - Throws: `aborted` when one of them has changed since the transaction read it first.
    public func lookup(_ keys: [Key], in handle: TransactionHandle) async throws -> [StoredEntity?] {
        try wireTransactions.touch(handle)
        let found = try await lookup(keys)
        try wireTransactions.note(handle) { reads in
            for (key, stored) in zip(keys, found) {
                try reads.note(KeyEncoding.storage(key), stored?.version ?? 0)
            }
        }
        return found
    }

    /// A page of a query's results as the transaction sees them.
    public func run(_ query: Query, in handle: TransactionHandle) async throws -> QueryBatch {
        try wireTransactions.touch(handle)
        let batch = try await run(query)
        try wireTransactions.note(handle) { $0.note(query, batch) }
        return batch
    }

    /// Applies changes when nothing that the transaction read has changed (`aborted`), and ends it.
    @discardableResult
    public func commit(_ mutations: [Mutation], in handle: TransactionHandle) async throws -> [MutationResult] {
        try await metrics.counting(.commit) {
            let reads = try wireTransactions.end(handle, writing: !mutations.isEmpty)
            do {
                return try await apply(mutations, reads: reads)
            } catch is ReadSet.Conflict {
                throw WireTransactions.aborted
            }
        }
    }

    /// Ends the transaction without changes.
    public func rollback(_ handle: TransactionHandle) async throws {
        _ = try wireTransactions.end(handle, writing: false)
    }
}

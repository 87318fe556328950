import CoreMetrics
import MetricDescribing

/// Counts what the datastore does.
struct OperationMetrics: Sendable {
    enum Operation: String, CaseIterable {
        case lookup
        case query
        case count
        case commit
        case transaction
        case deleteMatching = "delete_matching"
        case allocateIDs = "allocate_ids"
    }

    private struct Counters {
        let done: Counter
        let refused: Counter
        let conflict: Counter
        let failed: Counter
    }

    private let counters: [Operation: Counters]
    private let retries: Counter
    private let backfilled: Counter

    init(_ factory: any MetricsFactory) {
        let operations = "trivet_datastore_operations_total"
        factory.describe(operations, help: "Datastore operations by what they were and how they ended.")
        factory.describe(
            "trivet_datastore_transaction_retries_total", help: "Transactions run again because of a conflict.")
        factory.describe(
            "trivet_datastore_index_backfill_entities_total", help: "Entities looked at to build indexes.")
        counters = Dictionary(
            uniqueKeysWithValues: Operation.allCases.map { operation in
                func counter(_ result: String) -> Counter {
                    Counter(
                        label: operations, dimensions: [("operation", operation.rawValue), ("result", result)],
                        factory: factory)
                }
                return (
                    operation,
                    Counters(
                        done: counter("ok"), refused: counter("refused"), conflict: counter("conflict"),
                        failed: counter("failed"))
                )
            })
        retries = Counter(label: "trivet_datastore_transaction_retries_total", dimensions: [], factory: factory)
        backfilled = Counter(label: "trivet_datastore_index_backfill_entities_total", dimensions: [], factory: factory)
    }

    /// Runs an operation and counts how it ended.
    func counting<T>(_ operation: Operation, _ body: () async throws -> T) async throws -> T {
        guard let counters = counters[operation] else { return try await body() }
        do {
            let result = try await body()
            counters.done.increment()
            return result
        } catch let error as DatastoreError {
            switch error.code {
            case .aborted: counters.conflict.increment()
            case .unavailable, .dataLoss, .diskFull: counters.failed.increment()
            default: counters.refused.increment()
            }
            throw error
        } catch {
            counters.failed.increment()
            throw error
        }
    }

    func countRetry() { retries.increment() }
    func countBackfilled(_ entities: Int) { backfilled.increment(by: entities) }
}

import Dispatch
import Synchronization

/// Runs work that waits for the disk, off the threads that serve requests.
///
/// Serial queues, because Dispatch gives each of these a thread at once; the work of a concurrent queue shares as many
/// threads as there are processors, and gets more of them only by the second when all of these wait.
enum DiskWork {
    /// How many wait for the disk at once: flushes that come together cost a disk little more than one.
    private static let lanes = (0..<32).map { DispatchQueue(label: "trivet.objects.\($0)") }
    /// How much work each lane has.
    private static let loads = Mutex([Int](repeating: 0, count: lanes.count))

    static func run<T: Sendable>(_ body: @escaping @Sendable () throws(ObjectStorageError) -> T)
        async throws(ObjectStorageError) -> T
    {
        let lane = loads.withLock { loads in
            let lane = loads.indices.min { loads[$0] < loads[$1] } ?? 0
            loads[lane] += 1
            return lane
        }
        defer { loads.withLock { $0[lane] -= 1 } }
        return try await run(on: lanes[lane], body)
    }

    /// Runs work on a queue of its own: what waits long for something else than the disk.
    static func run<T: Sendable>(
        on queue: DispatchQueue, _ body: @escaping @Sendable () throws(ObjectStorageError) -> T
    ) async throws(ObjectStorageError) -> T {
        let result: Result<T, ObjectStorageError> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(ObjectStorageError) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}

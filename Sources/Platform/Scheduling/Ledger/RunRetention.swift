import Datastore
import Logging

/// Deletes records that are older than they are kept, in chunks, so that nobody waits behind it.
struct RunRetention: Sendable {
    static let interval = Duration.seconds(3600)
    static let chunk = 500

    let ledger: RunLedger
    let clock: any SchedulerClock
    let logger: Logger

    /// Goes on until the task is cancelled.
    ///
    /// - Parameter age: how long records are kept, asked anew each time.
    func run(_ age: @Sendable () -> Duration) async {
        while !Task.isCancelled {
            do {
                let count = try await deleteOld(age())
                if count > 0 { logger.info("old runs deleted", metadata: ["count": "\(count)"]) }
            } catch  where !Task.isCancelled {
                logger.error("old runs not deleted", metadata: ["error": "\(error)"])
            } catch {
                return
            }
            try? await clock.sleep(until: clock.now.advanced(by: Self.interval))
        }
    }

    /// Deletes what is too old now; returns how much.
    func deleteOld(_ age: Duration) async throws -> Int {
        let limit = clock.now.advanced(by: .zero - age)
        var total = 0
        while true {
            let count = try await ledger.delete(before: max(limit, .earliest), limit: Self.chunk)
            total += count
            guard count >= Self.chunk, !Task.isCancelled else { return total }
        }
    }
}

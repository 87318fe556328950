import Database
import Health
import Hosting
import Scheduling
import ServiceManager

/// What the watchdog asks: whether this process still works where it could only hang, which a new process cures.
///
/// It is not what the health checks ask. A full disk, a damaged file or a refused write are answers too: an operator
/// has to see to them, and to start again and again would only add to the trouble.
struct SelfChecks {
    let state: DatabaseFile
    let scheduler: Scheduler
    let health: HealthMonitor
    let hosting: HTTPHosting

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    var all: [SelfCheck] { [eventLoops, stateWriter, schedulerLoop] }

    private var eventLoops: SelfCheck {
        let hosting = hosting
        return SelfCheck("event loops") { try await hosting.turnLoops() }
    }

    /// The writer comes to each closure that waits, whatever becomes of it.
    private var stateWriter: SelfCheck {
        let state = state
        return SelfCheck("state writer") { _ = try? await state.write(claim: .removal) { _ in } }
    }

    private var schedulerLoop: SelfCheck {
        let (scheduler, health) = (scheduler, health)
        return SelfCheck("scheduler") {
            guard health.phase != .serving || scheduler.isAlive else {
                throw Failure(description: "its loop does not turn")
            }
        }
    }
}

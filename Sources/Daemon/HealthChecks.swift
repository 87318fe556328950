import Database
import Glibc
import Health
import Hosting
import RequestLog
import Scheduling
import Synchronization

/// What is looked at to say whether this daemon is well.
struct HealthChecks {
    let storage: Storage
    let requestLog: RequestLog
    let scheduler: Scheduler
    let bound: BoundServices

    /// Below this, the disk may be full before the operator has looked.
    private static let lowSpace = 512 * 1024 * 1024
    /// Below this, no write is safe to take.
    private static let noSpace = 64 * 1024 * 1024

    var all: [HealthCheck] {
        [database, diskSpace, schedulerAlive, listeners, requestLogKeepsUp]
    }

    /// The writer takes a transaction, and the file is not known to be damaged.
    private var database: HealthCheck {
        let state = storage.state
        return HealthCheck(name: "database", affects: [.live, .ready]) {
            if case .damaged(let findings) = state.statistics.integrity {
                return .fail("state.db is damaged: \(findings.first ?? "")")
            }
            do {
                try await state.write { _ in }
                return .pass
            } catch {
                return .fail("\(error)")
            }
        }
    }

    private var diskSpace: HealthCheck {
        let path = storage.directory.path
        return HealthCheck(name: "disk-space") {
            var status = statvfs()
            guard statvfs(path, &status) == 0 else { return .fail("\(path): \(String(cString: strerror(errno)))") }
            // Network file systems report what does not fit.
            let (bytes, isHuge) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
                by: Int(clamping: status.f_frsize))
            let free = isHuge ? Int.max : bytes
            let message = "\(free / 1_048_576) MiB free for \(path)"
            if free < Self.noSpace { return .fail(message) }
            return free < Self.lowSpace ? .warn(message) : .pass
        }
    }

    private var schedulerAlive: HealthCheck {
        let scheduler = scheduler
        return HealthCheck(name: "scheduler", affects: [.live, .ready]) {
            guard scheduler.hasBegun else { return .pass }
            return scheduler.isAlive ? .pass : .fail("the scheduler's loop does not turn")
        }
    }

    private var listeners: HealthCheck {
        let bound = bound
        return HealthCheck(name: "listeners") {
            bound.isListening ? .pass : .fail("not every listener accepts")
        }
    }

    /// Records that were dropped since the last look are a warning: requests are served all the same.
    private var requestLogKeepsUp: HealthCheck {
        let requestLog = requestLog
        let seen = Mutex(0)
        return HealthCheck(name: "request-log") {
            let dropped = requestLog.counters.droppedInAll
            let new = seen.withLock { seen in
                defer { seen = dropped }
                return dropped - seen
            }
            if let failure = requestLog.status.failure { return .warn("records cannot be stored: \(failure)") }
            return new > 0 ? .warn("\(new) records were dropped since the last check") : .pass
        }
    }
}

import Database
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

    /// Below so many times the room that is to be left free, the disk may be full before the operator has looked; on a
    /// small disk, below a quarter of it.
    private static let earlyWarning = 8

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
                // It writes nothing, so that a full disk is no reason to refuse it, or to restart the daemon.
                try await state.write(claim: .removal) { _ in }
                return .pass
            } catch {
                return .fail("\(error)")
            }
        }
    }

    /// A disk that is nearly full is a warning: what is read and purged is served all the same, and a daemon that gets no
    /// more requests, or is started anew, makes no room.
    private var diskSpace: HealthCheck {
        let storage = storage
        return HealthCheck(name: "disk-space") {
            guard let state = storage.disk.status, let telemetry = storage.telemetryDisk.status else {
                return .fail("the room on the disk of \(storage.directory.path) cannot be told")
            }
            var warnings: [String] = []
            if let warning = Self.warning(state, storage.disk.directory, lacking: "stores are refused (507)") {
                warnings.append(warning)
            }
            if storage.telemetryDisk !== storage.disk,
                let warning = Self.warning(
                    telemetry, storage.telemetryDisk.directory, lacking: "the telemetry does not grow")
            {
                warnings.append(warning)
            }
            return warnings.isEmpty ? .pass : .warn(warnings.joined(separator: "; "))
        }
    }

    private static func warning(_ disk: DiskStatus, _ directory: String, lacking: String) -> String? {
        let free = "\(amount(disk.available)) free for \(directory)"
        let least = amount(disk.limits.minFree)
        if disk.isLow {
            return "\(free): \(lacking) until there are \(least); reads and purges go on. Free some space"
        }
        guard disk.available < min(disk.limits.minFree * Self.earlyWarning, disk.total / 4) else { return nil }
        return "\(free); with less than \(least) \(lacking)"
    }

    private static func amount(_ bytes: Int) -> String {
        bytes < 10 << 20 ? "\(max(0, bytes) >> 10) KiB" : "\(bytes >> 20) MiB"
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

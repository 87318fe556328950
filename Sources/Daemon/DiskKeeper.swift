import CoreMetrics
import Database
import Dispatch
import Logging
import MetricDescribing
import ServiceLifecycle
import Synchronization

/// Keeps the reserves whole, gives room back to the disk that the files do not need, and says how the disk stands.
final class DiskKeeper: Service {
    private static let lookEvery = Duration.seconds(1)
    /// Looks between two at the free pages.
    private static let looksAtPages = 10
    /// Pages that one write gives back: a few milliseconds, in which no other write commits.
    private static let pagesAStep = 256
    /// Steps of one look while others write.
    private static let busySteps = 4

    private struct State {
        /// Five minutes.
        var window = FreePageWindow(length: 30)
        var looks = 0
        var wasLow = false
        var wasWhole = true
    }

    private let disks: [DiskSpace]
    private let state: DatabaseFile
    private let telemetry: @Sendable () -> DatabaseFile
    private let reserve: Gauge
    private let logger: Logger
    private let memory = Mutex(State())

    /// - Parameters:
    ///   - disks: that of the data directory, and telemetry's.
    ///   - telemetry: the file that is telemetry's now.
    init(
        disks: [DiskSpace], state: DatabaseFile, telemetry: @escaping @Sendable () -> DatabaseFile,
        metrics: any MetricsFactory, logger: Logger
    ) {
        self.disks = disks
        self.state = state
        self.telemetry = telemetry
        self.logger = logger
        metrics.describe(
            "trivet_disk_reserve_bytes",
            help: "What is set aside on the data directory's disk for purges on a full one.")
        reserve = Gauge(label: "trivet_disk_reserve_bytes", dimensions: [], factory: metrics)
    }

    /// Looks after the disk until the graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.look()
                try? await Task.sleep(for: Self.lookEvery)
            }
        }
    }

    /// One look.
    func look() async {
        do {
            try await giveBack()
        } catch is CancellationError {
        } catch {
            logger.warning("room could not be given back to the disk", metadata: ["error": "\(error)"])
        }
        for disk in disks where disk.status.map({ $0.reserve != $0.limits.reserve }) ?? false { await restore(disk) }
        report()
    }

    private func giveBack() async throws {
        guard disks[0].isLow else {
            let isDue = memory.withLock { state in
                defer { state.looks += 1 }
                return state.looks.isMultiple(of: Self.looksAtPages)
            }
            guard isDue else { return }
            let pages = try await state.pageCounts()
            let surplus = memory.withLock { $0.window.note(free: pages.free, of: pages.all) }
            if surplus > 0 { try await giveBack(surplus, steps: Self.busySteps) }
            return
        }
        // Stores wait for room outside of the file, however much there is inside.
        let pages = try await state.pageCounts()
        if pages.free > 0 { try await giveBack(pages.free, steps: .max) }
        if state.statistics.walBytes > 0 { _ = try await state.checkpoint() }
        if telemetry().statistics.walBytes > 0 { _ = try await telemetry().checkpoint() }
    }

    /// Gives pages back step by step: as many as are wanted while nobody else writes, else only so many steps.
    private func giveBack(_ pages: Int, steps: Int) async throws {
        var given = 0
        var steps = steps
        while given < pages, steps > 0, !Task.isCancelled {
            let before = state.statistics.writes
            let step = try await state.giveBack(pages: min(Self.pagesAStep, pages - given))
            guard step > 0 else { break }
            given += step
            if state.statistics.writes > before + 1 { steps -= 1 }
            await Task.yield()
        }
        guard given > 0 else { return }
        let all = given
        memory.withLock { $0.window.gaveBack(all) }
        _ = try await state.checkpoint()
    }

    private func restore(_ disk: DiskSpace) async {
        await withCheckedContinuation { continuation in
            // It may write the whole reserve, where a file system knows no other way to allocate.
            DispatchQueue.global(qos: .utility).async {
                disk.restore()
                continuation.resume()
            }
        }
    }

    private func report() {
        guard let status = disks[0].status else { return }
        reserve.record(status.reserve)
        let isWhole = status.reserve >= status.limits.reserve
        let before = memory.withLock { state in
            defer { (state.wasLow, state.wasWhole) = (status.isLow, isWhole) }
            return state
        }
        let metadata: Logger.Metadata = ["free": "\(status.free)", "reserve": "\(status.reserve)"]
        if status.isLow, !before.wasLow {
            logger.warning("the disk is nearly full: stores are refused until there is room", metadata: metadata)
        } else if !status.isLow, before.wasLow {
            logger.notice("the disk has room again: stores are taken", metadata: metadata)
        }
        if !isWhole, before.wasWhole {
            logger.warning("the reserve is not whole: purges on a full disk may lack it", metadata: metadata)
        } else if isWhole, !before.wasWhole {
            logger.notice("the reserve is whole again", metadata: metadata)
        }
    }
}

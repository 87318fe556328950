import CoreMetrics
import Health
import Logging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@Suite("HealthMonitor")
struct HealthMonitorTests {
    private let log = LogKeeper()
    private let gauges = GaugeKeeper()
    private let clock = SharedNumber()

    @Test("the endpoints ask the checks that affect them, and healthz asks all")
    func endpoints() async {
        let monitor = monitor([
            check("disk", [.live, .ready]), check("database", [.ready]), check("log", []),
        ])
        monitor.enter(.serving)
        #expect(await monitor.report(.live).checks.map(\.name) == ["disk"])
        #expect(await monitor.report(.ready).checks.map(\.name) == ["disk", "database"])
        #expect(await monitor.report(.all).checks.map(\.name) == ["disk", "database", "log"])
    }

    @Test("all well is a short ok, and a line for each check when asked verbosely")
    func passing() async {
        let monitor = monitor([check("disk"), check("database")])
        monitor.enter(.serving)
        let report = await monitor.report(.ready)
        #expect(report.httpStatus == 200)
        #expect(report.plain == "ok")
        #expect(report.verbose == "[+]phase ok\n[+]disk ok\n[+]database ok\nreadyz check passed\n")
    }

    @Test("a failing check fails its endpoint alone, with 503 and the whole list, in which it stands on one line")
    func failing() async {
        let monitor = monitor([check("disk", status: .fail("12 MiB\nfree")), check("alive", [.live])])
        monitor.enter(.serving)
        let report = await monitor.report(.ready)
        #expect(report.httpStatus == 503)
        #expect(report.plain == "[+]phase ok\n[-]disk failed: 12 MiB free\nreadyz check failed\n")
        #expect(await monitor.report(.live).httpStatus == 200)
        #expect(await monitor.report(.all).httpStatus == 503)
    }

    @Test("a warning is shown and does not fail")
    func warning() async {
        let monitor = monitor([check("log", status: .warn("behind by 3s"))])
        monitor.enter(.serving)
        let report = await monitor.report(.ready)
        #expect(report.httpStatus == 200)
        #expect(report.status == .warn("behind by 3s"))
        #expect(report.verbose.contains("[+]log ok: warning: behind by 3s\n"))
    }

    @Test("while starting and draining it is alive and not ready", arguments: [HealthPhase.starting, .draining])
    func phases(phase: HealthPhase) async {
        let monitor = monitor([check("disk", [.live, .ready])])
        #expect(monitor.phase == .starting)
        monitor.enter(phase)
        #expect(await monitor.report(.live).httpStatus == 200)
        let report = await monitor.report(.ready)
        #expect(report.httpStatus == 503)
        #expect(report.plain == "[-]phase failed: \(phase.rawValue)\n[+]disk ok\nreadyz check failed\n")
        #expect(await monitor.report(.all).httpStatus == 503)
    }

    @Test("a check that is excluded is not run, and a name that no check has is told")
    func exclusion() async {
        let ran = SharedNumber()
        let monitor = monitor([
            HealthCheck(name: "disk") {
                ran.increment()
                return .fail("full")
            }, check("database"),
        ])
        monitor.enter(.draining)
        let report = await monitor.report(.ready, excluding: ["disk", "phase", "zebra", "apple"])
        #expect(report.httpStatus == 200)
        #expect(ran.value == 0)
        #expect(
            report.verbose == """
                [+]database ok
                [+]phase excluded: ok
                [+]disk excluded: ok
                warn: some health checks cannot be excluded: no matches for "apple", "zebra"
                readyz check passed

                """)
    }

    @Test("a check that hangs fails with 'timed out', is not started twice, and passes again when it ends")
    func hanging() async {
        let gate = Gate()
        let runs = SharedNumber()
        let monitor = monitor(
            [
                HealthCheck(name: "slow") {
                    runs.increment()
                    await gate.wait()
                    return .pass
                }
            ], timeout: .milliseconds(20))
        monitor.enter(.serving)
        #expect(await monitor.report(.ready).checks.map(\.status) == [.fail("timed out")])
        #expect(await monitor.report(.ready).checks.map(\.status) == [.fail("timed out")])
        #expect(runs.value == 1)
        gate.open()
        #expect(await eventually { await monitor.report(.ready).checks.map(\.status) == [.pass] })
    }

    @Test("those who ask at once share one run of a check")
    func sharing() async {
        let gate = Gate()
        let (runs, running, asked) = (SharedNumber(), Overlaps(), SharedNumber())
        let monitor = monitor([
            HealthCheck(name: "slow") {
                runs.increment()
                running.enter()
                await gate.wait()
                running.leave()
                return .pass
            }
        ])
        await withTaskGroup(of: HealthReport.self) { group in
            for _ in 0..<1_000 {
                group.addTask {
                    asked.increment()
                    return await monitor.report(.all)
                }
            }
            #expect(await eventually { runs.value == 1 && asked.value == 1_000 })
            gate.open()
            for await report in group { #expect(report.checks.map(\.status) == [.pass]) }
        }
        // Of those that were about to ask when the gate opened, some ran the check once more; none beside another.
        #expect(runs.value < 500)
        #expect(running.most == 1)
    }

    @Test("a change is logged once, with its reason, and since tells when it was")
    func transitions() async {
        let shared = SharedStatus()
        let monitor = monitor([HealthCheck(name: "disk") { shared.value }])
        monitor.enter(.serving)
        clock.set(100)
        for _ in 0..<3 { _ = await monitor.report(.ready) }
        #expect(log.lines == ["info entered phase phase=serving"])
        clock.set(200)
        shared.set(.fail("full"))
        _ = await monitor.report(.ready)
        shared.set(.fail("fuller"))
        clock.set(300)
        let failing = await monitor.report(.ready)
        #expect(failing.checks.first?.since == 200)
        #expect(failing.checks.first?.message == "fuller")
        #expect(log.lines.dropFirst() == ["error health check changed check=disk reason=full status=fail"])
        #expect(gauges.value("disk") == 0)
        clock.set(400)
        shared.set(.pass)
        let passing = await monitor.report(.ready)
        #expect(passing.checks.first?.since == 400)
        #expect(log.lines.last == "info health check changed check=disk status=pass")
        #expect(log.lines.count == 3)
        #expect(gauges.value("disk") == 1)
    }

    @Test("checks run each interval from the end of the start until graceful shutdown")
    func running() async throws {
        let runs = SharedNumber()
        let monitor = monitor(
            [
                HealthCheck(name: "disk") {
                    runs.increment()
                    return .pass
                }
            ], interval: .milliseconds(5))
        let group = ServiceGroup(services: [monitor], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { try await group.run() }
        monitor.enter(.serving)
        #expect(await eventually { runs.value >= 3 })
        await group.triggerGracefulShutdown()
        try await running.value
    }

    private func monitor(
        _ checks: [HealthCheck], interval: Duration = .seconds(5), timeout: Duration = patience
    ) -> HealthMonitor {
        let clock = clock
        return HealthMonitor(
            checks: checks, interval: interval, timeout: timeout, metrics: gauges,
            logger: Logger(label: "test") { [log] _ in log }, now: { Int64(clock.value) })
    }

    private func check(
        _ name: String, _ affects: Set<HealthCheck.Endpoint> = [.ready], status: HealthStatus = .pass
    ) -> HealthCheck {
        HealthCheck(name: name, affects: affects) { status }
    }
}

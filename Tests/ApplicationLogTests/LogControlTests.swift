import Logging
import Settings
import Synchronization
import TestSupport
import Testing

@testable import ApplicationLog

@Suite(.timeLimit(.minutes(20))) struct LogControlTests {
    private func logger(_ control: LogControl, _ lines: Lines) -> Logger {
        Logger(label: "trivetd") { label in
            LineHandler(label: label, control: control, now: { LogTime(milliseconds: 0) }, write: lines.append)
        }
    }

    @Test("a level that is set counts for loggers that were copied long before")
    func copies() {
        let (control, lines) = (LogControl(LogSettings()), Lines())
        let first = logger(control, lines)
        var second = first
        second[metadataKey: "service"] = "hello"
        second.debug("hidden")
        control.set(.debug, for: nil)
        second.debug("shown")
        control.reset()
        second.debug("hidden again")
        #expect(lines.texts == ["1970-01-01T00:00:00.000Z debug trivetd: shown service=hello\n"])
    }

    @Test("a logger with a level of its own keeps it, and no other has it")
    func ownLevel() {
        let (control, lines) = (LogControl(LogSettings()), Lines())
        let shared = logger(control, lines)
        var own = shared
        own.logLevel = .error
        own.warning("hidden")
        shared.warning("shown")
        control.set(.trace, for: nil)
        #expect(own.logLevel == .error)
        #expect(shared.logLevel == .trace)
        #expect(lines.texts.count == 1)
    }

    @Test("after its time the settings' level comes back by itself, as it is by then")
    func expiry() async throws {
        let (end, ends) = AsyncStream<Void>.makeStream()
        let asked = Mutex<[Duration]>([])
        let control = LogControl(LogSettings()) { duration in
            asked.withLock { $0.append(duration) }
            for await _ in end { break }
        }
        control.set(.debug, for: .seconds(300))
        #expect(control.status.level == .debug)
        #expect(control.status.isOverridden)
        let left = (control.status.until ?? 0) - LogTime.now().milliseconds * 1000
        #expect((200_000_000...300_001_000).contains(left))
        control.apply(LogSettings(level: .warning))
        #expect(control.status.level == .debug)
        #expect(control.status.setting == .warning)
        ends.yield()
        try await eventually("it is over") { !control.status.isOverridden }
        #expect(asked.withLock { $0 } == [.seconds(300)])
        #expect(control.status.level == .warning)
        #expect(control.loggerLevel == .warning)
        #expect(control.status.until == nil)
    }

    @Test("the end of an earlier time does not end a later one")
    func overtaken() async throws {
        let (end, ends) = AsyncStream<Void>.makeStream()
        let woken = Mutex(0)
        let control = LogControl(LogSettings()) { _ in
            // It sleeps on when it is cancelled, as a timer that is about to fire would.
            await Task { for await _ in end { break } }.value
            woken.withLock { $0 += 1 }
        }
        control.set(.debug, for: .seconds(1))
        control.set(.trace, for: nil)
        ends.yield()
        try await eventually("it is over") { woken.withLock { $0 } == 1 }
        #expect(control.status.level == .trace)
        control.reset()
        #expect(control.status.level == .info)
    }

    @Test("the form changes with the settings")
    func format() {
        let (control, lines) = (LogControl(LogSettings()), Lines())
        let logger = logger(control, lines)
        logger.info("a")
        control.apply(LogSettings(format: .json))
        logger.info("b")
        #expect(lines.texts.map { $0.hasPrefix("{") } == [false, true])
    }

    @Test("every line of a request's course carries its id, unless it has one already")
    func requestID() async {
        let (control, lines) = (LogControl(LogSettings()), Lines())
        let logger = logger(control, lines)
        logger.info("before")
        await LogContext.$requestID.withValue("r1\n") {
            logger.info("within")
            await Task { logger.info("in a task of it") }.value
            logger.info("own", metadata: ["requestId": "r2"])
        }
        #expect(
            lines.texts.map { String($0.dropFirst(40)) } == [
                "before\n", "within requestId=r1\\n\n", "in a task of it requestId=r1\\n\n", "own requestId=r2\n",
            ])
    }
}

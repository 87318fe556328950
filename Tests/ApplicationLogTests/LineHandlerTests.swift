import Glibc
import JSON
import Logging
import Settings
import Testing

@testable import ApplicationLog

@Suite("The application log")
struct LineHandlerTests {
    @Test("a line for people has time, level, logger, message and metadata in the order of their keys")
    func text() {
        let lines = Lines()
        var logger = logger(lines)
        logger[metadataKey: "service"] = "hello"
        logger.info("started", metadata: ["b": "two words", "a": "1", "c": ""])
        logger.warning("odd")
        #expect(
            lines.texts == [
                "2026-11-22T10:08:56.123Z info  trivetd: started a=1 b=\"two words\" c=\"\" service=hello\n",
                "2026-11-22T10:08:56.123Z warning trivetd: odd service=hello\n",
            ])
    }

    @Test("nothing that a client sent can begin a new line or move the cursor")
    func escaping() {
        let lines = Lines()
        logger(lines).info(
            "a\nb\u{1B}[2J\u{202E}", metadata: ["k\n": "v\r\n2026 error trivetd: forged", "q": "a\"b\\c", "u": "é日"])
        #expect(
            lines.texts == [
                "2026-11-22T10:08:56.123Z info  trivetd: a\\nb\\u{1B}[2J\\u{202E} "
                    + "k\\n=\"v\\r\\n2026 error trivetd: forged\" q=\"a\\\"b\\\\c\" u=é日\n"
            ])
    }

    @Test("a JSON line is one object, with nested metadata as it is")
    func json() throws {
        let lines = Lines()
        logger(lines, format: .json).error(
            "a\n\"b\"", metadata: ["list": ["x", "y"], "map": ["k": "v\u{0}"], "number": "\(7)"])
        let line = try #require(lines.texts.first)
        #expect(line.hasSuffix("}\n"))
        #expect(line.utf8.count { $0 == UInt8(ascii: "\n") } == 1)
        let value = try JSONValue(parsing: Array(line.utf8.dropLast()))
        #expect(
            value == [
                "time": "2026-11-22T10:08:56.123Z", "level": "error", "logger": "trivetd", "message": "a\n\"b\"",
                "metadata": ["list": ["x", "y"], "map": ["k": "v\u{0}"], "number": "7"],
            ])
    }

    @Test("what is below the level is not written", arguments: LogLevel.allCases)
    func levels(level: LogLevel) {
        let lines = Lines()
        let logger = logger(lines, level: level)
        for severity in Logger.Level.allCases { logger.log(level: severity, "x") }
        let position = LogLevel.allCases.firstIndex(of: level) ?? 0
        #expect(lines.texts.count == LogLevel.allCases.count - position)
    }

    @Test("an event's own metadata goes before the provider's, and that before the logger's")
    func precedence() {
        let lines = Lines()
        var handler = handler(lines)
        handler.metadataProvider = Logger.MetadataProvider { ["a": "provider", "b": "provider"] }
        handler.metadata = ["a": "logger", "b": "logger", "c": "logger"]
        Logger(label: "x") { [handler] _ in handler }.info("m", metadata: ["a": "event"])
        #expect(lines.texts.first?.hasSuffix(": m a=event b=provider c=logger\n") == true)
    }

    @Test("times are UTC, with the milliseconds filled up")
    func times() {
        #expect(LogTime(milliseconds: 0).description == "1970-01-01T00:00:00.000Z")
        #expect(LogTime(milliseconds: 951_782_400_007).description == "2000-02-29T00:00:00.007Z")
        let before = Int64(time(nil)) * 1000
        let now = LogTime.now().milliseconds
        #expect((before...Int64(time(nil) + 1) * 1000).contains(now))
    }

    @Test("the handler of the daemon has the label and the level that it was given")
    func publicHandler() {
        let control = LogControl(LogSettings(level: .notice, format: .json))
        let handler = ApplicationLog.handler(label: "trivetd", control: control)
        #expect(handler.logLevel == .notice)
    }

    @Test("a long line is written whole, and a reader who is gone stops nothing")
    func writing() throws {
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let (reader, writer) = (ends[0], ends[1])
        // A thread of its own, since the socket's buffer is smaller than the line.
        let received = ByteCount()
        let thread = ReaderThread { received.set(drain(reader)) }
        StandardError.write(line, to: writer)
        close(writer)
        thread.join()
        #expect(received.value == line.count)
        close(reader)
        StandardError.write(line, to: -1)
    }

    private func logger(_ lines: Lines, level: LogLevel = .info, format: LogFormat = .text) -> Logger {
        let handler = handler(lines, level: level, format: format)
        return Logger(label: "trivetd") { _ in handler }
    }

    private func handler(_ lines: Lines, level: LogLevel = .info, format: LogFormat = .text) -> LineHandler {
        LineHandler(
            label: "trivetd", control: LogControl(LogSettings(level: level, format: format)),
            now: { LogTime(milliseconds: 1_795_342_136_123) },
            write: lines.append)
    }
}

/// Reads until the end and answers how many bytes came.
private func drain(_ descriptor: Int32) -> Int {
    var total = 0
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        guard count > 0 else { return total }
        total += count
    }
}

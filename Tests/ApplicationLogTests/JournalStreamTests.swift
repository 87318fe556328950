import Glibc
import Logging
import Settings
import Testing

@testable import ApplicationLog

@Suite("The journal's priorities")
struct JournalStreamTests {
    @Test("a line for the journal begins with its priority, in either form", arguments: LogFormat.allCases)
    func priorities(format: LogFormat) {
        let lines = Lines()
        let control = LogControl(LogSettings(level: .trace, format: format))
        let logger = Logger(label: "trivetd") { label in
            LineHandler(
                label: label, control: control, marksPriority: true, now: { LogTime(milliseconds: 0) },
                write: lines.append)
        }
        for level in Logger.Level.allCases { logger.log(level: level, "x") }
        #expect(lines.texts.map { String($0.prefix(3)) } == ["<7>", "<7>", "<6>", "<5>", "<4>", "<3>", "<2>"])
        let start: Character = format == .json ? "{" : "1"
        #expect(lines.texts.allSatisfy { $0.dropFirst(3).first == start && $0.hasSuffix("\n") })
    }

    @Test("only the stream that systemd names is the journal")
    func streams() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        var status = stat()
        try #require(fstat(ends[1], &status) == 0)
        let name = "\(status.st_dev):\(status.st_ino)"
        #expect(JournalStream.leads(ends[1], named: name))
        #expect(!JournalStream.leads(ends[1], named: nil))
        #expect(!JournalStream.leads(ends[1], named: ""))
        #expect(!JournalStream.leads(ends[1], named: "\(status.st_dev):\(status.st_ino + 1)"))
        #expect(!JournalStream.leads(-1, named: name))
    }
}

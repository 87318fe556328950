import Foundation
import TestSupport
import Testing

/// A reader who types all that a page says, in its order, and compares what comes with what the page shows.
///
/// `make run` is the one command that is not typed: the test's daemon stands for it, with the settings of `make run`,
/// the variables before it, and free ports. A later `make run` stops that daemon and starts it anew on the same data.
final class PageReader {
    private let page: ConsolePage
    private let folder: TestFolder
    private let shell: ShellSession
    private var daemon: TestDaemon?
    private var expected = OutputRules()
    private var seen = OutputRules()

    init(_ page: ConsolePage) async throws {
        self.page = page
        folder = try TestFolder()
        let files = FileManager.default
        for name in ["packaging", ".build"] {
            try files.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
        }
        let settings = try String(
            contentsOf: ConsolePage.project.appending(path: "packaging/run.yaml"), encoding: .utf8)
        _ = try folder.write(
            settings.replacing("retain:\(Self.retention.page)", with: "retain:\(Self.retention.here)"),
            to: "packaging/run.yaml")
        let programs = URL(filePath: Programs.trivetd).deletingLastPathComponent().path
        try files.createSymbolicLink(atPath: folder.file(".build/release"), withDestinationPath: programs)
        try files.createSymbolicLink(atPath: folder.file("var"), withDestinationPath: folder.file("data"))
        var environment = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("TRIVET_") && !name.lowercased().hasSuffix("_proxy")
        }
        environment["TRIVET_SOCKET"] = folder.file("data/admin.sock")
        environment["LC_ALL"] = "C.UTF-8"
        shell = try await ShellSession(in: folder.path, environment: environment)
    }

    /// Goes through the whole page, which leaves the settings as they were.
    func read() async throws {
        let settings = contents(of: folder.file("packaging/run.yaml"))
        for block in page.blocks where block.isRun {
            for step in block.steps { try await take(step) }
        }
        #expect(await daemon?.stop() == .exited(0))
        #expect(contents(of: folder.file("packaging/run.yaml")) == settings)
    }

    private func take(_ step: ConsolePage.Step) async throws {
        if let match = step.command.wholeMatch(of: /((?:[A-Z_]+=\S+ )*)make run/) {
            try await start(variables: String(match.output.1))
            return compare(step, with: banner(lines: step.output.count))
        }
        let command = surroundings.reduce(step.command) { $0.replacing($1.page, with: $1.here) }
        var output = try await shell.run(command)
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline, Self.isAnsweredLater(output) || isShownLater(step, output) {
            try await Task.sleep(for: .milliseconds(200))
            output = try await shell.run(command)
        }
        compare(step, with: output.output)
        #expect(output.status == 0, "\(page.name):\(step.line): \(step.command)")
    }

    /// Whether the answer itself says to try again: the minute's own run of a job is under way.
    private static func isAnsweredLater(_ result: CommandResult) -> Bool {
        result.output.starts(with: /trivetctl: a run of \S+ is under way: try again when it has ended/)
    }

    /// Whether the command changes nothing, and does not show yet what it will: pushes, records and samples arrive a
    /// moment later.
    private func isShownLater(_ step: ConsolePage.Step, _ result: CommandResult) -> Bool {
        let reading = /trivetctl (?:[a-z-]+ ){1,3}(?:list|describe|read)\b|curl -s [^|]*localhost:9464/
        guard step.command.starts(with: reading) else { return false }
        var expected = expected
        var seen = seen
        return expected.apply(to: step.output.joined(separator: "\n")) != seen.apply(to: asOnThePage(result.output))
    }

    // MARK: Comparing

    private func compare(_ step: ConsolePage.Step, with output: String) {
        let output = asOnThePage(output)
        let expectedText = expected.apply(to: step.output.joined(separator: "\n"))
        let seenText = seen.apply(to: output)
        guard expectedText != seenText else { return }
        Issue.record(
            """
            \(page.name):\(step.line): $ \(step.command)
            printed:
            \(output)
            which differs, but for times and ids, from what the page shows:
            --- the page
            \(expectedText)
            --- this run
            \(seenText)
            """)
    }

    // MARK: Where the test's daemon is

    private func start(variables: String) async throws {
        if let daemon { #expect(await daemon.stop() == .exited(0)) }
        let pairs = variables.split(separator: " ").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        daemon = try await TestDaemon.start(
            in: folder, config: folder.file("packaging/run.yaml"),
            variables: Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0[1]) }))
    }

    /// What the daemon says first, which stands among its log's lines.
    private func banner(lines: Int) -> String {
        let log = (daemon?.log ?? "").components(separatedBy: "\n")
        let first = log.lastIndex { $0.hasPrefix("Trivet, project ") } ?? log.endIndex
        return log[first...].prefix(lines).joined(separator: "\n")
    }

    /// For how long storage logs are kept: here longer, so that the minutes' purge never takes, on a machine that is
    /// slow, what the page is about to show.
    private static let retention = (page: " 3m", here: " 33m")

    /// What a page says of the reader's machine, and what it is here: the ports of `make run`, the folder, the user.
    private var surroundings: [(page: String, here: String)] {
        let ports = [
            "hello-world-service": "8080", "message-board-service": "8081", "storage-logging-service": "8082",
            "admin": "9400", "metrics": "9464",
        ]
        let addresses = ports.compactMap { listener, port in
            daemon?.addresses[listener].map { (port, $0.drop { $0 != ":" }.dropFirst()) }
        }
        return addresses.flatMap { port, here in
            ["127.0.0.1:", "localhost:"].map { ($0 + port, $0 + here) }
        } + [
            ("./var", folder.file("data")), ("packaging/run.yaml", folder.file("packaging/run.yaml")),
            ("debian@trivet.local", "\(NSUserName())@trivet.local"), ("user:debian", "user:\(NSUserName())"),
            Self.retention,
        ]
    }

    private func asOnThePage(_ output: String) -> String {
        let text = surroundings.reduce(output) { $0.replacing($1.here, with: $1.page) }
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}

import Foundation
import JSON
import Testing

/// What a command that was run to its end gave.
struct CommandResult: Sendable {
    let status: Int32
    let output: String
    let errors: String

    /// The output as one JSON value.
    func json() throws -> JSONValue {
        do { return try JSONValue(parsing: Array(output.utf8)) } catch {
            Issue.record("no JSON: \(error)\nstatus \(status)\n\(output)\n\(errors)")
            throw error
        }
    }

    /// The output as JSON lines.
    func jsonLines() throws -> [JSONValue] {
        try output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }
}

/// The programs under test, as the build left them beside the test bundle, and others by name.
enum Programs {
    static let directory = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
    static let trivetd = built("trivetd")
    static let trivetctl = built("trivetctl")

    private static func built(_ name: String) -> String {
        // The runner may be the toolchain's own helper: then the bundle's path is among its arguments.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: name).path
    }
}

/// Runs a program to its end and gives what it wrote; fails the test when it takes longer than `seconds`.
func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], input: String? = nil,
    seconds: Double = 60
) async throws -> CommandResult {
    let folder = try TestFolder()
    let inputFile = try input.map { try folder.write($0, to: "input") }
    let resolved = program.contains("/") ? program : try find(program)
    let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("TRIVET_") }
    let child = try ChildProcess(
        resolved, arguments, environment: inherited.merging(environment) { $1 }, input: inputFile,
        output: folder.file("output"), errors: folder.file("errors"))
    let watchdog = Task {
        try await Task.sleep(for: .seconds(seconds))
        Issue.record("\(program) \(arguments.joined(separator: " ")) did not end within \(seconds) s")
        child.send(SIGKILL)
    }
    let end = await child.wait()
    watchdog.cancel()
    let status: Int32 =
        switch end {
        case .exited(let code): code
        case .killed(let signal): 128 + signal
        }
    return CommandResult(
        status: status, output: contents(of: folder.file("output")), errors: contents(of: folder.file("errors")))
}

/// A program of PATH.
func find(_ name: String) throws -> String {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    let found = folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    return try #require(found, "\(name) is not installed; make test installs it")
}

/// Waits until a condition holds, looking again every few milliseconds; fails the test at the deadline.
func eventually(
    _ what: String, within seconds: Double = 30, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try await !condition() {
        try #require(ContinuousClock.now < deadline, "waited \(seconds) s for: \(what)")
        try await Task.sleep(for: .milliseconds(20))
    }
}

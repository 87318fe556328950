import Foundation
import Glibc

/// What a command that was run to its end gave.
package struct CommandResult: Sendable {
    package let status: Int32
    /// Its stdout.
    package let bytes: [UInt8]
    /// Its stderr.
    package let errors: String

    package init(status: Int32, bytes: [UInt8], errors: String) {
        self.status = status
        self.bytes = bytes
        self.errors = errors
    }

    /// Its stdout as text.
    package var output: String { String(decoding: bytes, as: UTF8.self) }
}

/// Runs a program to its end and gives what it wrote.
///
/// - Throws: `Overdue` when it had to be killed after that time.
package func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], input: String? = nil,
    within time: Duration = patience
) async throws -> CommandResult {
    let folder = try TestFolder()
    let inputFile = try input.map { try folder.write($0, to: "input") }
    let resolved = program.contains("/") ? program : try find(program)
    let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("TRIVET_") }
    let child = try ChildProcess(
        resolved, arguments, environment: inherited.merging(environment) { $1 }, input: inputFile,
        output: folder.file("output"), errors: folder.file("errors"))
    let overdue = OneShot<Bool>()
    let watchdog = Task {
        try await Task.sleep(for: time)
        overdue.set(true)
        child.send(SIGKILL)
    }
    let end = await child.wait()
    watchdog.cancel()
    guard overdue.value == nil else {
        throw Overdue("the end of \(program) \(arguments.joined(separator: " "))", after: time)
    }
    let status: Int32 =
        switch end {
        case .exited(let code): code
        case .killed(let signal): 128 + signal
        }
    let output = try Data(contentsOf: URL(filePath: folder.file("output")))
    return CommandResult(status: status, bytes: Array(output), errors: contents(of: folder.file("errors")))
}

/// A program of PATH.
///
/// - Throws: when it is not installed.
package func find(_ name: String) throws -> String {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    let found = folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    guard let found else {
        throw ChildProcess.SpawnError(description: "\(name) is not installed; make test installs it")
    }
    return found
}

import Foundation
import Glibc
import TestSupport
import Testing

/// One bash that runs a reader's commands one by one, so that variables stay from one to the next. Commands have no
/// terminal and nothing on stdin.
final class ShellSession: Sendable {
    private let folder: TestFolder
    private let process: ChildProcess
    /// The end of a pipe from which bash reads what to do.
    private let pipe: Int32
    private let count = Counter()

    /// - Parameter directory: where the commands run.
    init(in directory: String, environment: [String: String]) async throws {
        folder = try TestFolder()
        let path = folder.file("commands")
        guard mkfifo(path, 0o600) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        // For reading, too: so it neither waits for bash here, nor bash for it.
        pipe = open(path, O_RDWR | O_CLOEXEC)
        guard pipe >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        process = try ChildProcess(
            try find("bash"), ["--noprofile", "--norc"], environment: environment, input: path,
            output: folder.file("bash.out"), errors: folder.file("bash.err"))
        #expect(try await run("cd '\(directory)'").status == 0)
    }

    deinit {
        close(pipe)
        process.send(SIGKILL)
    }

    /// Runs a command to its end; its output is what a terminal would show, stdout and stderr.
    func run(_ command: String) async throws -> CommandResult {
        count.increment()
        let file = folder.file("\(count.value)")
        try Data((command + "\n").utf8).write(to: URL(filePath: file))
        let line = ". '\(file)' </dev/null >'\(file).out' 2>&1; echo $? >'\(file).status'\n"
        let written = Array(line.utf8).withUnsafeBytes { write(pipe, $0.baseAddress, $0.count) }
        guard written == line.utf8.count else { throw POSIXError(.EIO) }
        try await eventually("the end of: \(command)") {
            try #require(process.isRunning, "bash has ended: \(contents(of: folder.file("bash.err")))")
            return contents(of: "\(file).status").hasSuffix("\n")
        }
        let status = Int32(contents(of: "\(file).status").dropLast()) ?? -1
        return CommandResult(status: status, bytes: Array(contents(of: "\(file).out").utf8), errors: "")
    }
}

import Commands
import Synchronization
import Testing

/// Runs commands without daemon, terminal or files.
struct CommandBench {
    let daemon = FakeDaemon()
    let output = MemorySink()
    let messages = MemorySink()
    var environment: [String: String] = [:]
    var terminal = Terminal()
    var answerToQuestion: String?
    var files: [String: String] = [:]
    var existingPaths: Set<String> = []
    /// The sockets that commands connected to.
    let sockets = Record<String>()

    /// Runs one command line and gives its exit code.
    func run(_ arguments: String...) async -> Int32 {
        await run(arguments)
    }

    /// Runs one command line and gives its exit code.
    func run(_ arguments: [String]) async -> Int32 {
        let (daemon, sockets, files, existingPaths, line) = (daemon, sockets, files, existingPaths, answerToQuestion)
        let context = CommandContext(
            environment: environment, output: output, messages: messages, terminal: terminal,
            readLine: {
                if line == nil { Issue.record("the command asked a question that the test did not expect") }
                return line
            },
            readFile: { (path) throws(CommandError) in
                guard let text = files[path] else { throw CommandError(.usage, "cannot open \(path)") }
                return Array(text.utf8)
            },
            fileExists: { existingPaths.contains($0) },
            connect: { path in
                sockets.append(path)
                return daemon
            },
            sleep: { _ in })
        return await Trivetctl.run(arguments, in: context)
    }
}

/// Values in the order in which they came.
final class Record<Element: Sendable>: Sendable {
    private let storage = Mutex<[Element]>([])

    var values: [Element] { storage.withLock { $0 } }

    func append(_ value: Element) { storage.withLock { $0.append(value) } }
}

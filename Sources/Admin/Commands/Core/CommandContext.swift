/// Everything that a command touches outside itself, so that tests run commands without daemon, terminal or files.
public struct CommandContext: Sendable {
    /// The environment variables.
    public var environment: [String: String]
    /// stdout: data only.
    public var output: any OutputSink
    /// stderr: words only.
    public var messages: any OutputSink
    /// What is a terminal.
    public var terminal: Terminal
    /// Reads one line from stdin, without its newline; nil at the end.
    public var readLine: @Sendable () -> String?
    /// Reads a whole file; `-` is stdin.
    public var readFile: @Sendable (String) throws(CommandError) -> [UInt8]
    /// Whether there is something at a path.
    public var fileExists: @Sendable (String) -> Bool
    /// A way to the daemon that listens at a socket's path.
    public var connect: @Sendable (String) -> any AdminTransport
    /// The files of whoever runs the command.
    var files = LocalFiles()
    /// Waits.
    public var sleep: @Sendable (Duration) async throws -> Void

    /// Creates a context.
    public init(
        environment: [String: String], output: any OutputSink, messages: any OutputSink, terminal: Terminal,
        readLine: @escaping @Sendable () -> String?,
        readFile: @escaping @Sendable (String) throws(CommandError) -> [UInt8],
        fileExists: @escaping @Sendable (String) -> Bool, connect: @escaping @Sendable (String) -> any AdminTransport,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.environment = environment
        self.output = output
        self.messages = messages
        self.terminal = terminal
        self.readLine = readLine
        self.readFile = readFile
        self.fileExists = fileExists
        self.connect = connect
        self.sleep = sleep
    }

    /// Says something on stderr, each line behind the program's name.
    func say(_ message: String) {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.map { "trivetctl: \(TerminalText.escape(String($0)))\n" }.joined()
        // Words are for people: when nobody can read them, the exit code still tells.
        try? messages.write(Array(text.utf8))
    }
}

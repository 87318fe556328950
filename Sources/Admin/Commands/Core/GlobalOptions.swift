import ArgumentParser

/// The options of every leaf command; a parent's options are not seen by its leaves, so each leaf groups them in.
struct GlobalOptions: ParsableArguments {
    @Option(help: "How to show the answer; FIELD is a dotted path into the JSON, or several with commas.")
    var format: OutputFormat = .table

    @Option(
        help: ArgumentHelp(
            "The daemon's admin socket (default: $TRIVET_SOCKET, /run/trivet/admin.sock, ./var/admin.sock).",
            valueName: "path"))
    var socket: String?

    /// The client for the daemon that these options and the environment name.
    func client(in context: CommandContext) -> AdminClient {
        let path = SocketPath.resolve(option: socket, environment: context.environment, exists: context.fileExists)
        return AdminClient(transport: context.connect(path))
    }
}

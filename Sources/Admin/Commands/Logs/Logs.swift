import ArgumentParser

/// `trivetctl logs …`.
struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The request log.", subcommands: [LogsRead.self, LogsTail.self])
}

import ArgumentParser

/// `trivetctl log …`.
struct LogNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "The application log, which the daemon writes to stderr.",
        subcommands: [LogLevelCommand.self])
}

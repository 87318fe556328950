import AdminModel
public import ArgumentParser

/// `trivetctl`: asks the daemon over its admin socket.
public struct TrivetctlCommand: AsyncParsableCommand {
    /// The nouns.
    public static let configuration = CommandConfiguration(
        commandName: "trivetctl",
        abstract: "Look after a Trivet daemon.",
        discussion: """
            Data goes to stdout, words to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage, \
            3 daemon unreachable, 4 refused, 5 not found, 6 a dry run with changes to make.
            """,
        version: TrivetVersion.current,
        subcommands: [
            Status.self, Services.self, Logs.self, LogNoun.self, AuditNoun.self, MetricsNoun.self, SchedulerNoun.self,
            PubSubNoun.self, Purge.self, DatastoreNoun.self, StorageNoun.self, Health.self, AuthNoun.self,
            IAMNoun.self, ProjectsNoun.self, Apply.self, Export.self, Config.self, Version.self,
        ])

    /// Creates the root command.
    public init() {}
}

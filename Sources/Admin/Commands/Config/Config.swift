import ArgumentParser

/// `trivetctl config …`.
struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The settings.", subcommands: [ConfigCheck.self, ConfigShow.self, ConfigDiff.self, ConfigReload.self])
}

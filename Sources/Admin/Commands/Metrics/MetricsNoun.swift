import ArgumentParser

/// `trivetctl metrics`.
struct MetricsNoun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "Look at the history of metrics.",
        subcommands: [MetricsList.self, MetricsQuery.self])
}

import ArgumentParser

/// `trivetctl scheduler …`.
struct SchedulerNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scheduler", abstract: "Jobs and their runs.",
        subcommands: [SchedulerJobs.self, SchedulerRuns.self])
}

/// `trivetctl scheduler jobs …`.
struct SchedulerJobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "What is to run, and when.",
        subcommands: [SchedulerJobsList.self, SchedulerJobsDescribe.self, SchedulerJobsRun.self])
}

/// `trivetctl scheduler runs …`.
struct SchedulerRuns: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "The ledger: what ran, and how it ended.",
        subcommands: [SchedulerRunsList.self])
}

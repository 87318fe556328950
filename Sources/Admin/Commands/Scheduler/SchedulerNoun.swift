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
        subcommands: [
            SchedulerJobsList.self, SchedulerJobsDescribe.self, SchedulerJobsCreate.self, SchedulerJobsUpdate.self,
            SchedulerJobsPause.self, SchedulerJobsResume.self, SchedulerJobsRun.self, SchedulerJobsDelete.self,
        ])
}

/// `trivetctl scheduler jobs create …`.
struct SchedulerJobsCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a job.",
        subcommands: [SchedulerJobsCreateHTTP.self, SchedulerJobsCreatePubSub.self])
}

/// `trivetctl scheduler jobs update …`.
struct SchedulerJobsUpdate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change a job.",
        subcommands: [SchedulerJobsUpdateHTTP.self, SchedulerJobsUpdatePubSub.self])
}

/// `trivetctl scheduler runs …`.
struct SchedulerRuns: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "The ledger: what ran, and how it ended.",
        subcommands: [SchedulerRunsList.self])
}

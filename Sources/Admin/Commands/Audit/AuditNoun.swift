import ArgumentParser

/// `trivetctl audit …`.
struct AuditNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Who changed what.", subcommands: [AuditList.self])
}

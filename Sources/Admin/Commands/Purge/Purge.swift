import AdminModel
import ArgumentParser

/// `trivetctl purge`.
struct Purge: LeafCommand {
    static let configuration = CommandConfiguration(abstract: "Delete old storage logs now.")

    @Option(help: "Delete what is older than this, e.g. 3m (default: the setting purge.retain).")
    var olderThan: String?

    @Flag(help: "Only count what would be deleted.")
    var dryRun = false

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<PurgeAnswer> {
        let request = PurgeRequest(olderThan: olderThan, dryRun: dryRun)
        return Single(try await global.client(in: context).post(PurgeAnswer.self, AdminPath.purge, request))
    }
}

extension PurgeAnswer: Described {
    var members: [(String, Cell)] {
        [(dryRun == true ? "would be deleted" : "deleted", Cell(deleted))]
    }
}

import AdminModel
import ArgumentParser

/// `trivetctl config reload`.
struct ConfigReload: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Let the daemon read its settings again and take over what can change while it runs.",
        discussion: "When anything is wrong with them, all of it is told, nothing changes, and the exit code is 1.")

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<ConfigChange> {
        let client = global.client(in: context)
        return Listing(try await client.post(AdminModel.ConfigReload.self, AdminPath.configReload).changes)
    }
}

extension ConfigChange: Row {
    static var columns: [String] { ["KEY", "BEFORE", "AFTER", "STATE", "SOURCE"] }

    var cells: [Cell] {
        [
            Cell(key), Cell(before), Cell(after),
            applied ? Cell("applied", .good) : Cell("needs a restart", .warning), Cell(source, .faint),
        ]
    }
}

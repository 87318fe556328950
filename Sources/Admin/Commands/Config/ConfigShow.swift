import AdminModel
import ArgumentParser

/// `trivetctl config show`.
struct ConfigShow: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show every setting that the daemon runs with, and where it came from.")

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<ConfigEntry> {
        Listing(try await global.client(in: context).get(ConfigInfo.self, AdminPath.config).settings)
    }
}

extension ConfigEntry: Row {
    static var columns: [String] { ["KEY", "VALUE", "SOURCE"] }
    var cells: [Cell] { [Cell(key), Cell(value), Cell(source, .faint)] }
}

import AdminModel
import ArgumentParser

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `trivetctl config diff`.
struct ConfigDiff: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare the settings on the disk with those that the daemon runs with.",
        discussion: "The daemon reads its own file again, with its own flags and environment, and changes nothing.")

    @Option(help: "Compare with this file instead, which the daemon must be able to read.")
    var config: String?

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<ConfigDifference> {
        // The daemon works in another directory.
        let file = config.map { path in
            path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
        }
        let diff = try await global.client(in: context).get(
            AdminModel.ConfigDiff.self, AdminPath.configDiff, query: [("file", file)])
        return Listing(diff.differences)
    }
}

extension ConfigDifference: Row {
    static var columns: [String] { ["KEY", "RUNNING", "ON_DISK", "EFFECT", "SOURCE"] }

    var cells: [Cell] {
        [
            Cell(key), Cell(running), Cell(onDisk), Cell(effect, effect == "restart" ? .warning : .plain),
            Cell(source, .faint),
        ]
    }
}

import AdminModel
import ArgumentParser

/// `trivetctl metrics list`.
struct MetricsList: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the series of which there is a history.")

    @Option(help: "Only the series of this metric.")
    var name: String?

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<MetricInfo> {
        let list = try await global.client(in: context).get(
            MetricList.self, AdminPath.metrics, query: [("name", name)])
        return Listing(list.metrics)
    }
}

extension MetricInfo: Row {
    static var columns: [String] { ["KIND", "LAST", "SERIES"] }

    var cells: [Cell] { [Cell(kind), Cell(lastTime, .faint), Cell(selector)] }
}

import AdminModel
import ArgumentParser

/// `trivetctl datastore indexes list`.
struct DatastoreIndexesList: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the composite indexes.")

    @Flag(help: "Also the indexes of single properties, which Trivet keeps by itself.")
    var all = false

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<IndexEntry> {
        let query: AdminClient.Query = [("all", all ? "true" : nil)]
        return Listing(
            try await global.client(in: context).get(IndexList.self, AdminPath.indexes, query: query).indexes)
    }
}

extension IndexEntry: Row {
    static var columns: [String] { ["ID", "KIND", "ANCESTOR", "PROPERTIES", "STATE", "ORIGIN"] }

    var cells: [Cell] {
        let names = properties.map { $0.direction == "desc" ? "\($0.name) desc" : $0.name }
        return [
            Cell(id), Cell(kind), Cell(ancestor.description), Cell(names.joined(separator: ", ")), .condition(state),
            Cell(origin),
        ]
    }
}

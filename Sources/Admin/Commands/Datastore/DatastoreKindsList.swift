import AdminModel
import ArgumentParser

/// `trivetctl datastore kinds list`.
struct DatastoreKindsList: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the kinds and how many entities each has.")

    @OptionGroup var namespace: NamespaceOption
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<KindInfo> {
        let client = global.client(in: context)
        return Listing(try await client.get(KindList.self, AdminPath.kinds, query: namespace.query).kinds)
    }
}

extension KindInfo: Row {
    static var columns: [String] { ["KIND", "COUNT"] }
    var cells: [Cell] { [Cell(kind), Cell(count)] }
}

import AdminModel
import ArgumentParser
import JSON

/// `trivetctl datastore entities list KIND`.
struct DatastoreEntitiesList: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List entities of one kind, in the order of their keys.")

    @Argument(help: "The kind, e.g. Message.")
    var kind: String

    @Option(help: "Only descendants of this key (and the entity itself).")
    var ancestor: String?

    @Option(help: "How many entities at most.")
    var limit = 100

    @OptionGroup var namespace: NamespaceOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be 1 or more") }
    }

    func answer(in context: CommandContext) async throws -> Listing<EntityRecord> {
        let client = global.client(in: context)
        let query = namespace.query + [("kind", kind), ("ancestor", ancestor)]
        return Listing(
            try await Pages.collect(limit: limit) { size, token in
                let page = try await client.json(AdminPath.entities, query: query + Pages.query(size, token))
                let entities = (page["entities"]?.array ?? []).compactMap { EntityRecord($0) }
                return (entities, page["nextPageToken"]?.string)
            })
    }
}

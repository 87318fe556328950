import AdminModel
import ArgumentParser
import JSON

/// `trivetctl datastore entities describe KEY`.
struct DatastoreEntitiesDescribe: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "describe", abstract: "Show one entity.")

    @Argument(help: "The key, e.g. Message/5629499534213120 or StorageLog/name:1.")
    var key: String

    @OptionGroup var namespace: NamespaceOption
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<EntityRecord> {
        let client = global.client(in: context)
        let entity = try await client.json(AdminPath.entity, query: namespace.query + [("key", key)])
        guard let record = EntityRecord(.object(entity)) else {
            throw CommandError(.failed, "the daemon's answer is not understood")
        }
        return Single(record)
    }
}

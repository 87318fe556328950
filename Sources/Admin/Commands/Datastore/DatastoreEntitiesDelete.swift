import AdminModel
import ArgumentParser
import JSON

/// `trivetctl datastore entities delete KEY`.
struct DatastoreEntitiesDelete: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete one entity; asks before on a terminal.")

    @Argument(help: "The key, e.g. Message/5629499534213120 or StorageLog/name:1.")
    var key: String

    @OptionGroup var namespace: NamespaceOption
    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<Deleted> {
        let client = global.client(in: context)
        try confirmation.confirm("Delete the entity \(key)?", in: context)
        try await client.delete(AdminPath.entity, query: namespace.query + [("key", key)])
        return Single(Deleted(what: key))
    }
}

/// The answer of a command that deletes one thing.
struct Deleted: Described {
    let what: String

    var members: [(String, Cell)] { [("deleted", Cell(what))] }
    func json() -> JSONValue { ["deleted": .string(what)] }
}

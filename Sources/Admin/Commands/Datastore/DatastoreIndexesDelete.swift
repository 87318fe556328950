import AdminModel
import ArgumentParser

/// `trivetctl datastore indexes delete ID`.
struct DatastoreIndexesDelete: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete one composite index; asks before on a terminal.")

    @Argument(help: "The index's id, see: trivetctl datastore indexes list.")
    var id: String

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<Deleted> {
        let client = global.client(in: context)
        try confirmation.confirm("Delete the index \(id)? Queries that need it will fail.", in: context)
        try await client.delete("\(AdminPath.indexes)/\(AdminClient.segment(id))")
        return Single(Deleted(what: id))
    }
}

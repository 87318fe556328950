import AdminModel
import ArgumentParser
import Settings

/// `trivetctl datastore indexes create FILE`.
struct DatastoreIndexesCreate: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create the composite indexes of an index.yaml and wait until they are ready.",
        discussion: "What is there already stays. An index that is being built answers no query.")

    @Argument(help: "A file in the form of index.yaml; - is stdin.")
    var file: String

    @Flag(name: .customLong("async"), help: "Do not wait.")
    var isAsync = false

    /// The lab's command has it: gcloud asks before it creates an index.
    @Flag(help: ArgumentHelp("Taken, but there is nothing to ask.", visibility: .hidden))
    var quiet = false

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<IndexEntry> {
        let declared = ResourceFile(try context.readFile(file), name: file, allowed: [.indexes])
        guard declared.problems.isEmpty else {
            throw CommandError(.usage, declared.problems.map(\.description).joined(separator: "\n"))
        }
        let client = global.client(in: context)
        var indexes: [IndexEntry] = []
        for index in declared.resources {
            indexes.append(try await client.send(IndexEntry.self, "POST", AdminPath.indexes, index.json))
        }
        while !isAsync, let waiting = indexes.firstIndex(where: { $0.state != "READY" }) {
            try await context.sleep(.milliseconds(200))
            let path = "\(AdminPath.indexes)/\(AdminClient.segment(indexes[waiting].id))"
            indexes[waiting] = try await client.get(IndexEntry.self, path)
        }
        return Listing(indexes)
    }
}

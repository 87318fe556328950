import ArgumentParser
import JSON

/// `trivetctl storage cp SOURCE… DESTINATION`.
struct StorageCp: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "cp", abstract: "Copy files to a bucket, objects to files, or objects to objects.")

    @Argument(help: "Files or gs://BUCKET/NAME, also with wildcards, and last where to; - is stdin or stdout.")
    var places: [String]

    @Flag(name: [.customShort("r"), .customLong("recursive")], help: "Copy folders with all that is in them.")
    var recursive = false

    @Flag(name: [.customShort("n"), .customLong("no-clobber")], help: "Leave what is there already.")
    var noClobber = false

    @Option(
        name: .customLong("content-type"),
        help: ArgumentHelp("The media type of what is uploaded (default: by the file's name).", valueName: "type"))
    var contentType: String?

    @OptionGroup var global: GlobalOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        guard places.last == "-" else { return try await showAnswer(in: context) }
        // What went to stdout, which is one thing only, is followed by nothing.
        _ = try await answer(in: context)
        return .done
    }

    func answer(in context: CommandContext) async throws -> Listing<CopiedObject> {
        guard places.count >= 2, let last = places.last else {
            throw CommandError(.usage, "cp needs what to copy and where to")
        }
        let copier = Copier(
            storage: global.storage(in: context), context: context, noClobber: noClobber, contentType: contentType)
        let plan = try await CopyPlan.make(
            places.dropLast(), to: try StorageURL(last), recursive: recursive, copier.storage, context.files)
        return try await .ofEach(plan) { try await copier.copy($0) }
    }
}

/// One copy that was made.
struct CopiedObject: Row, Encodable {
    let source: String
    let destination: String
    /// Bytes as text, as in all of Cloud Storage's JSON.
    let size: String

    static var columns: [String] { ["SOURCE", "DESTINATION", "SIZE"] }
    var cells: [Cell] { [Cell(source), Cell(destination), Cell(size)] }
}

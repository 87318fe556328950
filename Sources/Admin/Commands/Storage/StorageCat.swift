import ArgumentParser

/// `trivetctl storage cat URL…`: the bytes as they are, whatever the format.
struct StorageCat: RunnableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cat", abstract: "Write the bytes of objects to stdout.")

    @Argument(help: "gs://BUCKET/NAME, also with wildcards.")
    var urls: [String]

    @OptionGroup var global: GlobalOptions

    func run(in context: CommandContext) async throws -> ExitStatus {
        let storage = global.storage(in: context)
        for url in urls {
            for object in try await storage.find(url, recursive: false) {
                let stream = try await storage.bytes(object)
                while let bytes = try await stream.next() { try context.output.write(bytes) }
            }
        }
        return .done
    }
}

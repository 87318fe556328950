import AdminModel
import ArgumentParser

/// `trivetctl audit list`.
struct AuditList: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List changes through the admin, refused ones too, newest first.")

    @Option(help: "Only changes from then on: a duration back from now (10m) or RFC 3339.")
    var since: String?

    @Option(help: "Only changes before then: a duration back from now (10m) or RFC 3339.")
    var until: String?

    @Option(help: "Only this principal's, e.g. root or user:root.")
    var principal: String?

    @Option(help: "Only this method, or all below a noun, e.g. scheduler.jobs.run or scheduler.")
    var method: String?

    @Option(help: "Only this resource, or all below it, e.g. scheduler/jobs.")
    var resource: String?

    @Option(help: "Only what ended so: ok, denied, failed, running or interrupted.")
    var result: String?

    @Option(help: "How many changes at most.")
    var limit = 100

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be 1 or more") }
    }

    func answer(in context: CommandContext) async throws -> Listing<AuditInfo> {
        let client = global.client(in: context)
        let query: AdminClient.Query = [
            ("since", since), ("until", until), ("principal", principal), ("method", method), ("resource", resource),
            ("result", result),
        ]
        return Listing(
            try await Pages.collect(limit: limit) { size, token in
                let page = try await client.get(
                    AuditPageInfo.self, AdminPath.audit, query: query + Pages.query(size, token))
                return (page.records, page.nextPageToken)
            })
    }
}

extension AuditInfo: Row {
    static var columns: [String] { ["TIME", "PRINCIPAL", "METHOD", "RESOURCE", "RESULT", "PARAMETERS", "MESSAGE"] }

    var cells: [Cell] {
        let parameters = parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return [
            Cell(time), Cell(principal), Cell(method), Cell(resource), .condition(result),
            Cell(parameters.joined(separator: " ")), Cell(message),
        ]
    }
}

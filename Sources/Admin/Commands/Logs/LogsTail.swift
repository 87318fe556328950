import AdminModel
import ArgumentParser
import JSON

/// `trivetctl logs tail`: writes as records come, until it is stopped.
struct LogsTail: RunnableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show request records as they come, without gaps.",
        discussion: """
            Starts now, or with --after behind the record of that insertId: nothing is shown twice and nothing left \
            out. Where records were dropped before they could be stored, a marker says how many.
            """)

    @OptionGroup var filter: LogFilterOptions

    @Option(help: "Start behind the record with this insertId.")
    var after: String?

    @Option(help: "Stop after this many records.")
    var limit: Int?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
    }

    func run(in context: CommandContext) async throws -> ExitStatus {
        let client = global.client(in: context)
        let renderer = Renderer(format: global.format, colours: context.terminal.colours(context.environment))
        var lines = try await client.lines(AdminPath.logsTail, query: filter.query + [("after", after)])
        var last = after
        var remaining = limit ?? .max
        while remaining > 0, let line = try await next(&lines, last: last) {
            let event = try ModelJSON.model(TailEvent.self, from: line)
            if let entry = event.entry {
                try context.output.write(try renderer.render(next: entry, minimum: LogEntry.minimumWidths))
                last = entry.insertId
                remaining -= 1
            } else if let gap = event.gap {
                try show(gap, renderer, context)
                last = gap.after ?? last
            } else if let error = event.error {
                throw CommandError(.failed, error.message + Self.resumption(last))
            } else if context.output.isClosed {
                throw OutputError.closed
            }
        }
        guard remaining > 0 else { return .done }
        throw CommandError(.unreachable, "the daemon ended the stream\(Self.resumption(last))")
    }

    /// The next line; when the connection breaks, the error says how to go on.
    private func next(_ lines: inout LineStream, last: String?) async throws -> [UInt8]? {
        do {
            return try await lines.next()
        } catch let error as CommandError {
            throw CommandError(error.status, error.message + Self.resumption(last))
        }
    }

    private func show(_ gap: TailEvent.Gap, _ renderer: Renderer, _ context: CommandContext) throws {
        // With value(FIELD) stdout holds fields of records only; the marker is a word then.
        if case .value = renderer.format {
            context.say(gap.sentence)
        } else {
            try context.output.write(try renderer.render(next: GapRow(gap: gap), minimum: []))
        }
    }

    private static func resumption(_ last: String?) -> String {
        last.map { "; to go on: trivetctl logs tail --after \($0)" } ?? ""
    }
}

/// The marker among the records.
private struct GapRow: Row {
    let gap: TailEvent.Gap

    static var columns: [String] { ["GAP"] }
    var cells: [Cell] { [Cell("--- \(gap.sentence) ---", .bad)] }
    func json() throws -> JSONValue { ["gap": try ModelJSON.value(of: gap)] }
}

extension TailEvent.Gap {
    fileprivate var sentence: String {
        let records = dropped == 1 ? "1 record was" : "\(dropped) records were"
        return "\(records) dropped\(after.map { " after \($0)" } ?? "")"
    }
}

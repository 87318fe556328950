import AdminModel
import ArgumentParser

/// `trivetctl health`.
struct Health: LeafCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show every health check; exits 1 when one fails.")

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> HealthAnswer {
        HealthAnswer(info: try await global.client(in: context).get(HealthInfo.self, AdminPath.health))
    }
}

/// The report as a document of its own: the checks are its table, the whole report is its JSON.
struct HealthAnswer: Renderable {
    let info: HealthInfo

    var exitStatus: ExitStatus { info.status == "fail" ? .failed : .done }

    func document() throws -> Document {
        let rows = info.checks.map { check in
            [Cell(check.name), .condition(check.status), Cell(check.since), Cell(check.message)]
        }
        return Document(
            shape: .record(try ModelJSON.value(of: info)),
            table: Table(header: ["CHECK", "STATUS", "SINCE", "MESSAGE"], rows: rows))
    }
}

import AdminModel
import ArgumentParser
import JSON

/// `trivetctl version`.
struct Version: LeafCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the versions of this command and of the daemon.",
        discussion: "Exits 0 without a daemon too: its version is null then.")

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<Versions> {
        do {
            let daemon = try await global.client(in: context).get(DaemonVersion.self, AdminPath.version)
            return Single(Versions(daemon: daemon.version))
        } catch let error as CommandError where error.status == .unreachable {
            return Single(Versions(daemon: nil))
        }
    }
}

/// Both versions.
struct Versions: Described {
    let daemon: String?

    var members: [(String, Cell)] {
        [("trivetctl", Cell(TrivetVersion.current)), ("trivetd", Cell(daemon ?? "(not reachable)"))]
    }

    func json() throws -> JSONValue {
        ["trivetctl": .string(TrivetVersion.current), "trivetd": daemon.map { .string($0) } ?? .null]
    }
}

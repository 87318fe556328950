import AdminModel
import ArgumentParser

/// `trivetctl status`.
struct Status: LeafCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how the daemon is: phase, health, addresses, request log.")

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<DaemonStatus> {
        Single(try await global.client(in: context).get(DaemonStatus.self, AdminPath.status))
    }
}

extension DaemonStatus: Described {
    var members: [(String, Cell)] {
        var members: [(String, Cell)] = [
            ("version", Cell(version)), ("phase", .condition(phase)), ("health", .condition(health)),
            ("pid", Cell(pid)), ("started", Cell(startTime)), ("uptime", Cell("\(uptimeSeconds)s")),
            ("project", Cell(project)), ("data", Cell(dataDirectory)), ("config", Cell(configFile ?? "(none)")),
        ]
        for (name, places) in addresses.sorted(by: { $0.key < $1.key }) {
            members.append((name, Cell(places.joined(separator: ", "))))
        }
        members += [
            ("requests served", Cell(requestLog.served)), ("records stored", Cell(requestLog.stored)),
            ("records sampled out", Cell(requestLog.sampledOut)),
        ]
        for (reason, count) in requestLog.dropped.sorted(by: { $0.key < $1.key }) {
            members.append(("records dropped (\(reason))", Cell(count.description, count > 0 ? .bad : .plain)))
        }
        return members
    }
}

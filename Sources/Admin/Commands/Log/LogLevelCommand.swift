import AdminModel
import ArgumentParser

/// `trivetctl log level`.
struct LogLevelCommand: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "level", abstract: "Show or set the level of the application log while the daemon runs.",
        discussion: "A restart brings the settings' level back.")

    @Argument(help: "trace, debug, info, notice, warning, error or critical; reset brings the settings' level back.")
    var level: String?

    @Option(name: .customLong("for"), help: "The settings' level comes back after this time, e.g. 5m.")
    var duration: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard duration == nil || (level != nil && level != "reset") else {
            throw ValidationError("--for goes with a level to set")
        }
    }

    func answer(in context: CommandContext) async throws -> Single<LogLevelInfo> {
        let client = global.client(in: context)
        switch level {
        case nil: return Single(try await client.get(LogLevelInfo.self, AdminPath.logLevel))
        case "reset"?: return Single(try await client.delete(LogLevelInfo.self, AdminPath.logLevel))
        case let level?:
            let request = LogLevelRequest(level: level, for: duration)
            return Single(try await client.post(LogLevelInfo.self, AdminPath.logLevel, request))
        }
    }
}

extension LogLevelInfo: Described {
    var members: [(String, Cell)] {
        let members = [("level", Cell(level)), ("source", Cell(source)), ("setting", Cell(setting))]
        return members + (until.map { [("until", Cell($0))] } ?? [])
    }
}

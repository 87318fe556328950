import ArgumentParser
import JSON
import Settings

/// `trivetctl config check`: the daemon's own loader, without the daemon.
struct ConfigCheck: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a settings file as trivetd would at start; exits 1 when it would be refused.",
        discussion: "TRIVET_… variables count as they would for trivetd, except TRIVET_SOCKET, which is trivetctl's.")

    @Option(help: "The settings file (default: /etc/trivet/trivet.yaml if it is there).")
    var config: String?

    @Option(help: "The data directory, as trivetd's flag of that name.")
    var dataDir: String?

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> ConfigVerdict {
        var environment = context.environment
        environment[SocketPath.environmentVariable] = nil
        let loader = SettingsLoader(configFile: config, dataDirectory: dataDir, environment: environment)
        do {
            return ConfigVerdict(configFile: try loader.load().configFile, problems: [])
        } catch {
            return ConfigVerdict(configFile: config, problems: error.problems)
        }
    }
}

/// What the check found.
struct ConfigVerdict: Renderable {
    let configFile: String?
    let problems: [SettingsProblem]

    var exitStatus: ExitStatus { problems.isEmpty ? .done : .failed }

    func document() throws -> Document {
        let table =
            problems.isEmpty
            ? Table(rows: [[Cell("ok", .good), Cell(configFile ?? "(no file)")]])
            : Table(header: ["PLACE", "KEY", "VALUE", "PROBLEM"], rows: problems.map(\.cells))
        return Document(
            shape: .record([
                "valid": .boolean(problems.isEmpty),
                "configFile": configFile.map { .string($0) } ?? .null,
                "problems": .array(problems.map(\.json)),
            ]), table: table)
    }
}

extension SettingsProblem {
    fileprivate var cells: [Cell] {
        [Cell(place), Cell(key), Cell(value), Cell(message, .bad)]
    }

    private var place: String {
        if let variable { return variable }
        return (file ?? "-") + (line.map { ":\($0)" } ?? "")
    }

    fileprivate var json: JSONValue {
        [
            "key": .string(key), "value": value.map { .string($0) } ?? .null, "message": .string(message),
            "file": file.map { .string($0) } ?? .null, "line": line.map { .integer(Int64($0)) } ?? .null,
            "variable": variable.map { .string($0) } ?? .null,
        ]
    }
}

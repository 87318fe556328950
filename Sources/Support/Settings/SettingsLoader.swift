import Glibc
import YAML

/// Loads the settings from flags, environment, file and defaults, in this order of precedence, and tells everything
/// that is wrong with them at once.
public struct SettingsLoader: Sendable {
    /// The file that is read, if it is there, when no file is named.
    public static let systemConfigFile = "/etc/trivet/trivet.yaml"

    let configFile: String?
    let dataDirectory: String?
    let environment: [String: String]
    let defaultConfigFile: String

    /// A loader.
    /// - Parameters:
    ///   - configFile: the file that `--config` names; it must be there. nil: `defaultConfigFile`, if it is there.
    ///   - dataDirectory: the directory that `--data-dir` names.
    ///   - environment: the process' environment.
    ///   - defaultConfigFile: the file that is read when none is named.
    public init(
        configFile: String?, dataDirectory: String?, environment: [String: String],
        defaultConfigFile: String = SettingsLoader.systemConfigFile
    ) {
        self.configFile = configFile
        self.dataDirectory = dataDirectory
        self.environment = environment
        self.defaultConfigFile = defaultConfigFile
    }

    /// The same loader with another file.
    func reading(_ configFile: String) -> SettingsLoader {
        SettingsLoader(
            configFile: configFile, dataDirectory: dataDirectory, environment: environment,
            defaultConfigFile: defaultConfigFile)
    }

    /// The settings in force, or all that is wrong with them.
    public func load() throws(SettingsErrors) -> LoadedSettings {
        var draft = SettingsDraft()
        if let state = environment["STATE_DIRECTORY"].flatMap(Settings.firstDirectory) {
            draft.take(state, for: "data_dir", from: .environment(name: "STATE_DIRECTORY"))
        }
        let path = configFile ?? (access(defaultConfigFile, F_OK) == 0 ? defaultConfigFile : nil)
        if let path { draft.take(SettingsFile(path: path)) }
        takeEnvironment(into: &draft)
        if let dataDirectory {
            draft.take(dataDirectory, for: "data_dir", from: .flag(name: "--data-dir"))
        }
        draft = SettingsConsistency.check(draft, environment: environment)
        guard draft.problems.isEmpty else { throw SettingsErrors(problems: Self.sorted(draft.problems)) }
        let effective = SettingsCatalog.keys.map { key in
            EffectiveSetting(key: key.name, value: key.print(draft.settings), source: draft.source(of: key.name))
        }
        return LoadedSettings(settings: draft.settings, effective: effective, configFile: path)
    }

    private func takeEnvironment(into draft: inout SettingsDraft) {
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("TRIVET_") {
            if let key = SettingsCatalog.byVariable[name] {
                draft.take(value, for: key.name, from: .environment(name: name))
            } else if !SettingsCatalog.otherVariables.contains(name) {
                let near = NearestName.of(name, in: SettingsCatalog.keys.map(\.environmentVariable))
                let hint = near.map { "; did you mean \($0)?" } ?? ": variables that begin with TRIVET_ are settings"
                draft.add(SettingsProblem(key: "", message: "is not a setting\(hint)", variable: "$\(name)"))
            }
        }
    }

    /// The file's problems by line, then those of the environment and flags by name, then what stands in neither.
    private static func sorted(_ problems: [SettingsProblem]) -> [SettingsProblem] {
        let ranked = problems.enumerated().sorted { left, right in
            let (one, other) = (left.element, right.element)
            let ranks = (rank(one), rank(other))
            if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
            if one.line ?? 0 != other.line ?? 0 { return one.line ?? 0 < other.line ?? 0 }
            if one.variable ?? "" != other.variable ?? "" { return one.variable ?? "" < other.variable ?? "" }
            return left.offset < right.offset
        }
        return ranked.map(\.element)
    }

    private static func rank(_ problem: SettingsProblem) -> Int {
        problem.file != nil ? 0 : problem.variable != nil ? 1 : 2
    }
}

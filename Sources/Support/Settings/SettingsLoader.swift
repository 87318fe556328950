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

    /// The settings in force, or all that is wrong with them.
    public func load() throws(SettingsErrors) -> LoadedSettings {
        fatalError("to come")
    }
}

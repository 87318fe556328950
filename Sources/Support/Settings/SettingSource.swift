/// Where a setting's value came from.
public enum SettingSource: Sendable, Hashable, CustomStringConvertible {
    /// The built-in default.
    case builtIn
    /// A line of the settings file, counted from 1.
    case file(path: String, line: Int)
    /// An environment variable.
    case environment(name: String)
    /// A flag of the command line, such as `--data-dir`.
    case flag(name: String)

    /// `default`, `/etc/trivet/trivet.yaml:12`, `$TRIVET_PROJECT` or `--data-dir`.
    public var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let name): "$\(name)"
        case .flag(let name): name
        }
    }
}

/// Settings in the making: the values so far, where each came from, and what was wrong on the way.
struct SettingsDraft {
    private(set) var settings = Settings()
    private(set) var problems: [SettingsProblem] = []
    private var sources: [String: SettingSource] = [:]
    /// Keys of which a value was refused: rules that look at several keys leave them alone, since their value is not
    /// what the operator meant.
    private(set) var refused: Set<String> = []

    /// Takes over the values of a file, and its problems.
    mutating func take(_ file: SettingsFile) {
        problems += file.problems
        for key in SettingsCatalog.keys {
            guard let node = file.values[key.name] else { continue }
            let source = SettingSource.file(path: file.path, line: node.line)
            take(key, from: source) { settings throws(SettingRefusal) in try key.readNode(node, &settings) }
        }
    }

    /// Takes over a value from the environment or a flag.
    mutating func take(_ text: String, for name: String, from source: SettingSource) {
        guard let key = SettingsCatalog.byName[name] else { return }
        take(key, from: source) { settings throws(SettingRefusal) in try key.readText(text, &settings) }
    }

    private mutating func take(
        _ key: SettingKey, from source: SettingSource, _ read: (inout Settings) throws(SettingRefusal) -> Void
    ) {
        do throws(SettingRefusal) {
            try read(&settings)
            sources[key.name] = source
        } catch {
            refused.insert(key.name)
            problems += ([error] + error.others).map { Self.problem(key.name, $0, source) }
        }
    }

    /// Notes what a rule found wrong with a key's value, at the place that the value came from.
    mutating func refuse(_ key: String, value: String?, _ message: String) {
        problems.append(Self.problem(key, SettingRefusal(value: value, message: message), source(of: key)))
    }

    /// Notes a problem that has nothing to do with a known key.
    mutating func add(_ problem: SettingsProblem) {
        problems.append(problem)
    }

    /// Where the key's value came from.
    func source(of key: String) -> SettingSource {
        sources[key] ?? .builtIn
    }

    private static func problem(_ key: String, _ refusal: SettingRefusal, _ source: SettingSource) -> SettingsProblem {
        let (value, message) = (refusal.value, refusal.message)
        return switch source {
        case .builtIn: SettingsProblem(key: key, value: value, message: message)
        case .file(let path, let line):
            SettingsProblem(key: key, value: value, message: message, file: path, line: refusal.line ?? line)
        case .environment(let name): SettingsProblem(key: key, value: value, message: message, variable: "$\(name)")
        case .flag(let name): SettingsProblem(key: key, value: value, message: message, variable: name)
        }
    }
}

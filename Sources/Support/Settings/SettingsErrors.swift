/// Everything that is wrong with the settings, told at once.
public struct SettingsErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// The problems: the file's by line, then those of environment and flags by name. Never empty.
    public let problems: [SettingsProblem]

    /// All these problems.
    public init(problems: [SettingsProblem]) {
        self.problems = problems
    }

    /// One line for each problem.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

import YAML

/// Why a value was not taken for a key.
struct SettingRefusal: Error {
    /// The value that is wrong, or the element of a list; nil where there is nothing to show.
    var value: String?
    /// What is wrong and what to do, to stand after the value.
    var message: String
    /// The element's own line in the file, where it differs from the key's.
    var line: Int?
    /// What is wrong with further elements of the same list.
    var others: [SettingRefusal] = []

    /// All the refusals in one, or nil if there are none.
    static func joining(_ refusals: [SettingRefusal]) -> SettingRefusal? {
        guard var first = refusals.first else { return nil }
        first.others += refusals.dropFirst()
        return first
    }
}

extension SettingRefusal {
    /// Why the file as a whole is not taken.
    init(_ problem: YAMLProblem) {
        self.init(value: problem.value, message: problem.message, line: problem.line)
    }
}

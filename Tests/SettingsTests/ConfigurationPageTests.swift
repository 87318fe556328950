import Foundation
import Settings
import Testing

/// docs/configuration.md against the code.
@Suite("docs/configuration.md")
struct ConfigurationPageTests {
    private let page: String

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        page = try String(contentsOf: root.appending(path: "docs/configuration.md"), encoding: .utf8)
    }

    @Test("its table has a row for every key of the catalogue, in its order, and no other")
    func table() {
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") && $0.contains("`TRIVET_") }
        let expected = SettingsCatalog.keys.map { key in
            "| `\(key.name)`\(Self.mark(key.effect)) | \(key.type) | \(key.defaultValue.isEmpty ? "(empty)" : "`\(key.defaultValue)`") "
                + "| `\(key.environmentVariable)` | \(key.meaning) |"
        }
        for (row, wanted) in zip(rows, expected) where row != wanted {
            Issue.record("the row should be:\n\(wanted)")
        }
        #expect(rows.count == expected.count)
    }

    /// What stands behind a key that can change while the daemon runs.
    private static func mark(_ effect: SettingEffect) -> String {
        switch effect {
        case .reload: " ↻"
        case .restart: ""
        }
    }

    @Test("its full example sets every key, to the default")
    func example() throws {
        let block = try #require(page.split(separator: "```yaml\n").dropFirst().first?.split(separator: "```").first)
        let file = FileManager.default.temporaryDirectory.appending(path: "example-\(UUID()).yaml")
        try Data(block.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let loaded = try TestData.load(configFile: file.path)
        #expect(loaded.settings == Settings())
        for setting in loaded.effective where setting.source == .builtIn {
            Issue.record("\(setting.key) is not in the example")
        }
    }
}

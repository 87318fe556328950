import Foundation
import Settings

/// Finds the test data beside this file.
enum TestData {
    static func folder(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "testdata/\(name)")
    }

    /// The names of the folder's YAML files without their extension.
    static func cases(_ name: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder(name).path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(".yaml".count)) }.sorted()
    }

    /// Loads settings without this machine's own file.
    static func load(
        configFile: String? = nil, dataDirectory: String? = nil, environment: [String: String] = [:],
        defaultConfigFile: String = "/nonexistent"
    ) throws(SettingsErrors) -> LoadedSettings {
        try SettingsLoader(
            configFile: configFile, dataDirectory: dataDirectory, environment: environment,
            defaultConfigFile: defaultConfigFile
        ).load()
    }
}

import Foundation
import Synchronization
import Testing

@testable import Settings

@Suite(.timeLimit(.minutes(20))) final class LiveSettingsTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "live-\(UUID())")
    private var file: String { folder.appending(path: "trivet.yaml").path }

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    private func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: file))
    }

    private func live(environment: [String: String] = [:]) throws -> LiveSettings {
        let loader = SettingsLoader(
            configFile: file, dataDirectory: nil, environment: environment, defaultConfigFile: "/nonexistent")
        return LiveSettings(try loader.load(), loader: loader)
    }

    private func source(_ key: String, _ live: LiveSettings) -> String? {
        live.loaded.effective.first { $0.key == key }?.source.description
    }

    @Test("a reload takes over what can change, tells what needs a restart, and keeps that as it was")
    func reload() async throws {
        try write("purge: { retain: 3m }\nproject: one-project\n")
        let live = try live()
        try write("# a line more\npurge: { retain: 4m }\nproject: two-project\nlog: { level: debug }\n")
        let applied = Mutex<[Settings]>([])
        let comparison = try await live.reload { settings in applied.withLock { $0.append(settings) } }
        #expect(
            comparison.differences.map { "\($0.key) \($0.running) \($0.onDisk) \($0.source) \($0.effect)" } == [
                "project one-project two-project \(file):3 restart", "purge.retain 3m 4m \(file):2 reload",
                "log.level info debug \(file):4 reload",
            ])
        #expect(live.settings.purge.retain == .seconds(240))
        #expect(live.settings.log.level == .debug)
        #expect(live.settings.project == "one-project")
        #expect(applied.withLock { $0 } == [live.settings])
        #expect(source("purge.retain", live) == "\(file):2")
        #expect(source("project", live) == "\(file):2", "where the value in force came from")
        let rest = try await live.compare().differences
        #expect(rest.map(\.key) == ["project"])
    }

    @Test("a value that stays the same has its new line as its source")
    func movedLine() async throws {
        try write("project: one-project\n")
        let live = try live()
        try write("\n\nproject: one-project\n")
        #expect(try await live.reload { _ in }.differences.isEmpty)
        #expect(source("project", live) == "\(file):3")
    }

    @Test("one mistake anywhere changes nothing at all, and all mistakes are told")
    func refused() async throws {
        try write("purge: { retain: 3m }\n")
        let live = try live()
        let before = live.loaded
        for (text, count) in [
            ("purge: { retain: 4m }\nprojekt: x\nlimits: { body: much }\n", 2), ("purge: { retain: 4m", 1),
            ("purge: { retain: 4m }\nmetric_history: { interval: 7s }\n", 1),
        ] {
            try write(text)
            let errors = await #expect(throws: SettingsErrors.self) {
                try await live.reload { _ in Issue.record("applied") }
            }
            #expect(errors?.problems.count == count, "\(text)")
            #expect(live.loaded == before)
        }
        try FileManager.default.removeItem(atPath: file)
        await #expect(throws: SettingsErrors.self) { try await live.reload { _ in Issue.record("applied") } }
        #expect(live.loaded == before)
    }

    @Test("environment and flags go before the file in a reload too")
    func environment() async throws {
        try write("purge: { retain: 3m }\n")
        let live = try live(environment: ["TRIVET_PURGE_RETAIN": "9m"])
        try write("purge: { retain: 4m }\n")
        #expect(try await live.reload { _ in }.differences.isEmpty)
        #expect(live.settings.purge.retain == .seconds(540))
        #expect(source("purge.retain", live) == "$TRIVET_PURGE_RETAIN")
    }

    @Test("a comparison changes nothing, with the daemon's file and with another")
    func compare() async throws {
        try write("purge: { retain: 3m }\n")
        let live = try live()
        let before = live.loaded
        try write("purge: { retain: 4m }\n")
        #expect(try await live.compare().differences.map(\.onDisk) == ["4m"])
        let other = folder.appending(path: "other.yaml").path
        try Data("purge: { retain: 5m }\n".utf8).write(to: URL(filePath: other))
        let comparison = try await live.compare(configFile: other)
        #expect(comparison.differences.map(\.onDisk) == ["5m"])
        #expect(comparison.configFile == other)
        await #expect(throws: SettingsErrors.self) { try await live.compare(configFile: "/nonexistent") }
        #expect(live.loaded == before)
    }

    @Test("every key that a reload changes is taken over, and no other is", arguments: SettingsCatalog.keys.map(\.name))
    func everyKey(name: String) async throws {
        let key = try #require(SettingsCatalog.byName[name])
        let samples = [
            "7m", "7s", "7MiB", "7KiB", "0.5", "7", "7s:1d", "debug", "json", "true", "required", "empty", "text-7",
        ]
        var changed: Settings?
        let addresses = ["127.0.0.1:7777", "https://h.example", "https://h.example=https://h.example/keys"]
        for sample in samples + addresses where changed == nil {
            var settings = Settings()
            guard (try? key.readText(sample, &settings)) != nil, settings != Settings() else { continue }
            changed = settings
        }
        let settings = try #require(changed, "no sample is a value of \(name)")
        let effective = SettingsCatalog.keys.map { EffectiveSetting(key: $0.name, value: "", source: .builtIn) }
        let before = LoadedSettings(settings: Settings(), effective: effective, configFile: nil)
        let after = before.takingOver(LoadedSettings(settings: settings, effective: effective, configFile: nil))
        switch key.effect {
        case .reload: #expect(after.settings == settings)
        case .restart: #expect(after.settings == Settings())
        }
    }

    @Test("two reloads never mix")
    func concurrent() async throws {
        try write("purge: { retain: 3m }\n")
        let live = try live()
        try write("purge: { retain: 4m }\nlog: { level: debug }\n")
        let inside = Depth()
        await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<20 {
                tasks.addTask {
                    _ = try? await live.reload { _ in
                        inside.enter()
                        inside.leave()
                    }
                }
            }
        }
        #expect(inside.most == 1)
        #expect(live.settings.purge.retain == .seconds(240))
    }
}

/// How many were inside at once.
private final class Depth: Sendable {
    private let state = Mutex((now: 0, most: 0))

    var most: Int { state.withLock { $0.most } }

    func enter() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { state.withLock { $0.now -= 1 } }
}

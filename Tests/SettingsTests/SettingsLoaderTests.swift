import Foundation
import Settings
import Testing

@Suite("SettingsLoader")
final class SettingsLoaderTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID())")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    @Test("without flags, environment and file every value is the built-in default")
    func defaults() throws {
        let loaded = try TestData.load()
        #expect(loaded.settings == Settings())
        #expect(loaded.configFile == nil)
        #expect(loaded.effective.map(\.key) == SettingsCatalog.keys.map(\.name))
        #expect(loaded.effective.map(\.value) == SettingsCatalog.keys.map(\.defaultValue))
        #expect(loaded.effective.allSatisfy { $0.source == .builtIn })
        #expect(loaded.settings.services.map(\.name) == Settings().services.map(\.name))
    }

    @Test("the system's file is read if it is there, and is no error if it is not")
    func systemFile() throws {
        let file = try write("project: other-project\n")
        let loaded = try TestData.load(defaultConfigFile: file)
        #expect(loaded.settings.project == "other-project")
        #expect(loaded.configFile == file)
        #expect(SettingsLoader.systemConfigFile == "/etc/trivet/trivet.yaml")
    }

    @Test("a named file takes the place of the system's")
    func namedFile() throws {
        let system = try write("project: system-project\npurge: { retain: 1h }\n", name: "system.yaml")
        let named = try write("project: named-project\n", name: "named.yaml")
        let loaded = try TestData.load(configFile: named, defaultConfigFile: system)
        #expect(loaded.settings.project == "named-project")
        #expect(loaded.settings.purge.retain == .seconds(180))
    }

    @Test("a flag goes before the environment, that before the file, that before STATE_DIRECTORY, that before default")
    func precedence() throws {
        let file = try write("data_dir: from-file\n")
        let state = ["STATE_DIRECTORY": "/var/lib/trivet:/var/lib/other"]
        let variables = state.merging(["TRIVET_DATA_DIR": "from-environment"]) { $1 }
        let flag = try TestData.load(configFile: file, dataDirectory: "from-flag", environment: variables)
        #expect(value("data_dir", flag) == "from-flag --data-dir")
        let environment = try TestData.load(configFile: file, environment: variables)
        #expect(value("data_dir", environment) == "from-environment $TRIVET_DATA_DIR")
        #expect(value("data_dir", try TestData.load(configFile: file, environment: state)) == "from-file \(file):1")
        #expect(value("data_dir", try TestData.load(environment: state)) == "/var/lib/trivet $STATE_DIRECTORY")
        #expect(value("data_dir", try TestData.load()) == "./var default")
    }

    @Test("every key can be set by its environment variable, and its own printed value is read back")
    func everyVariable() throws {
        let values = [
            "project": "env-project", "data_dir": "/d", "first_start": "empty",
            "services.hello-world-service.listen": "127.0.0.1:1,unix:/x,[::1]:2",
            "services.hello-world-service.allow_unauthenticated": "true",
            "services.hello-world-service.url": "https://h.example.org",
            "services.hello-world-service.audiences": "a,b", "services.message-board-service.listen": "127.0.0.1:3",
            "services.message-board-service.allow_unauthenticated": "true",
            "services.message-board-service.url": "http://m.example.org:80/x",
            "services.message-board-service.audiences": "c",
            "services.storage-logging-service.listen": "127.0.0.1:4",
            "services.storage-logging-service.allow_unauthenticated": "true",
            "services.storage-logging-service.url": "https://s", "services.storage-logging-service.audiences": "d",
            "admin.listen": "127.0.0.1:5", "admin.socket": "/a", "metrics.listen": "0.0.0.0:6",
            "services.hello-world-service.authentication": "required",
            "services.message-board-service.authentication": "required",
            "services.storage-logging-service.authentication": "required", "admin.authentication": "required",
            "metadata.listen": "127.0.0.1:7", "metadata.service_account": "somebody",
            "identity.issuer": "https://id", "identity.trusted_issuers": "a=https://b/c,d=http://localhost:1/e",
            "identity.clock_skew": "5s", "disk.reserve": "1MiB", "disk.min_free": "3MiB", "purge.retain": "1h",
            "request_log.retention": "1d", "request_log.max_size": "2MiB", "request_log.flush_interval": "1s",
            "request_log.sample": "0.5", "metric_history.interval": "5s", "metric_history.tiers": "5s:1d,1m:7d",
            "metric_history.max_size": "3MiB", "metrics.max_series": "9", "log.level": "debug",
            "log.format": "json", "scheduler.run_retention": "2d",
            "pubsub.max_outstanding_pushes": "8", "pubsub.max_connections": "9",
            "audit.retention": "3d", "limits.body": "2KiB", "limits.header": "4KiB", "limits.header_timeout": "1s",
            "limits.body_timeout": "2s", "limits.idle_timeout": "3s", "limits.connections": "7",
            "shutdown_timeout": "4s",
        ]
        var environment: [String: String] = [:]
        for key in SettingsCatalog.keys {
            environment[key.environmentVariable] = values[key.name] ?? key.defaultValue
        }
        let loaded = try TestData.load(environment: environment)
        for setting in loaded.effective {
            let key = try #require(SettingsCatalog.keys.first { $0.name == setting.key })
            #expect(setting.value == values[setting.key] ?? key.defaultValue)
            #expect(setting.source == .environment(name: key.environmentVariable))
            #expect(setting.value != key.defaultValue, "\(key.name) is set to something else")
        }
        #expect(
            loaded.settings.services[0].listen == [
                .tcp(host: "127.0.0.1", port: 1), .unix(path: "/x"), .tcp(host: "::1", port: 2),
            ])
    }

    @Test("an environment variable's name is the key's path in capitals")
    func variableNames() {
        #expect(
            SettingsCatalog.keys.map(\.environmentVariable).contains("TRIVET_SERVICES_HELLO_WORLD_SERVICE_LISTEN"))
        #expect(Set(SettingsCatalog.keys.map(\.environmentVariable)).count == SettingsCatalog.keys.count)
    }

    @Test("unknown TRIVET_ variables and wrong values are told together with the file's problems")
    func environmentProblems() throws {
        let file = try write("purge:\n  retain: 3x\n")
        let errors = #expect(throws: SettingsErrors.self) {
            try TestData.load(
                configFile: file, dataDirectory: "",
                environment: [
                    "TRIVET_PURGE_RETIAN": "3m", "TRIVET_": "", "TRIVET_QUUX": "1", "TRIVET_LOG_LEVEL": "loud",
                    "TRIVET_SERVICES_HELLO_WORLD_SERVICE_LISTEN": "127.0.0.1:80,,x", "TRIVET_SOCKET": "/s",
                    "TRIVETX": "", "OTHER": "",
                ])
        }
        let lines = errors?.description.split(separator: "\n") ?? []
        #expect(lines.count == 8)
        #expect(lines.first?.hasPrefix("\(file):2: purge.retain: \"3x\" is not a duration: write") == true)
        #expect(
            lines.dropFirst().prefix(3) == [
                "$TRIVET_: is not a setting: variables that begin with TRIVET_ are settings",
                "$TRIVET_LOG_LEVEL: log.level: \"loud\" is none of its values: "
                    + "write trace, debug, info, notice, warning, error or critical",
                "$TRIVET_PURGE_RETIAN: is not a setting; did you mean TRIVET_PURGE_RETAIN?",
            ])
        #expect(lines.last == "--data-dir: data_dir: \"\" is empty")
        #expect(errors?.problems.first?.line == 2)
        #expect(errors?.problems.first?.file == file)
        #expect(errors?.problems.last?.variable == "--data-dir")
    }

    @Test("an optional value can be taken away again by an empty variable, and a list emptied")
    func emptyVariables() throws {
        let file = try write(
            "services:\n  hello-world-service:\n    url: https://a\n    audiences: [b]\nmetrics: { listen: [] }\n")
        let variables = [
            "TRIVET_SERVICES_HELLO_WORLD_SERVICE_URL": "", "TRIVET_SERVICES_HELLO_WORLD_SERVICE_AUDIENCES": "",
        ]
        let settings = try TestData.load(configFile: file, environment: variables).settings
        #expect(settings.services[0].url == nil)
        #expect(settings.services[0].audiences == [])
        #expect(settings.metrics.listen == [])
    }

    @Test("the admin socket is in the runtime directory, else in the data directory, unless its path is absolute")
    func adminSocket() {
        var settings = Settings()
        settings.dataDirectory = "/data"
        #expect(settings.adminSocketPath(environment: [:]) == "/data/admin.sock")
        #expect(settings.adminSocketPath(environment: ["RUNTIME_DIRECTORY": ""]) == "/data/admin.sock")
        #expect(settings.adminSocketPath(environment: ["RUNTIME_DIRECTORY": "/run/a:/run/b"]) == "/run/a/admin.sock")
        settings.admin.socket = "/else/where.sock"
        #expect(settings.adminSocketPath(environment: ["RUNTIME_DIRECTORY": "/run/a"]) == "/else/where.sock")
    }

    @Test("problems show long values shortened and control characters escaped")
    func shownValues() throws {
        let problem = SettingsProblem(
            key: "a", value: "\u{1B}[31m\n" + String(repeating: "x", count: 200), message: "b")
        #expect(problem.value?.count ?? 0 < 120)
        #expect(!problem.description.utf8.contains { $0 < 0x20 })
    }

    private func write(_ text: String, name: String = "trivet.yaml") throws -> String {
        let file = folder.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    /// The value and the source of a key.
    private func value(_ key: String, _ loaded: LoadedSettings) -> String? {
        loaded.effective.first { $0.key == key }.map { "\($0.value) \($0.source)" }
    }
}

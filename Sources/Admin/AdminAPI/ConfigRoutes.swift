import AdminAccess
import AdminModel
import HTTPTypes
import Hosting
import JSON
import Settings

/// The settings: what is in force, what differs on the disk, and the reload that takes it over.
struct ConfigRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        [
            read(AdminPath.config) { _ in .model(config()) },
            read(AdminPath.configDiff, ["file"]) { call in .model(try await diff(call)) },
            write(.post, AdminPath.configReload) { call in
                _ = try await call.body(allowed: [])
                return .model(ConfigReload(try await parts.reload()))
            },
        ]
    }

    private func config() -> ConfigInfo {
        let loaded = parts.settings.loaded
        return ConfigInfo(
            configFile: loaded.configFile,
            settings: loaded.effective.map { setting in
                ConfigEntry(key: setting.key, value: setting.value, source: setting.source.description)
            })
    }

    /// A file that is named is read with the daemon's rights, and what is wrong with it shows lines of it: so that is
    /// for those who may read whatever the daemon may.
    private func diff(_ call: AdminCall) async throws -> ConfigDiff {
        let file = call.query("file")
        if let file {
            try parts.gate.requireOwner(call.request.peer, to: "name a file")
            guard file.hasPrefix("/") else {
                throw AdminProblem.invalid("file \"\(file)\" is not an absolute path: the daemon works elsewhere")
            }
        }
        do {
            return ConfigDiff(try await parts.settings.compare(configFile: file))
        } catch {
            throw AdminProblem(.badRequest, .failedPrecondition, "the settings are wrong:\n\(error.description)")
        }
    }
}

extension ConfigDiff {
    init(_ comparison: SettingsComparison) {
        self.init(
            configFile: comparison.configFile,
            differences: comparison.differences.map { difference in
                ConfigDifference(
                    key: difference.key, running: difference.running, onDisk: difference.onDisk,
                    source: difference.source.description, effect: difference.effect.rawValue)
            })
    }
}

extension ConfigReload {
    init(_ comparison: SettingsComparison) {
        self.init(
            configFile: comparison.configFile,
            changes: comparison.differences.map { difference in
                ConfigChange(
                    key: difference.key, before: difference.running, after: difference.onDisk,
                    source: difference.source.description, applied: difference.effect == .reload)
            })
    }
}

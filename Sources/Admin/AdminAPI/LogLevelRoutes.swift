import AdminAccess
import AdminModel
import ApplicationLog
import Datastore
import HTTPTypes
import Hosting
import JSON
import Settings

/// The level of the application log.
struct LogLevelRoutes: AdminRoutes {
    let parts: AdminParts

    /// A level for longer is a matter of the settings.
    private static let longest = Duration.seconds(30 * 86_400)

    var routes: [AdminRoute] {
        [
            read(AdminPath.logLevel) { _ in .model(info()) },
            write(.post, AdminPath.logLevel, needs: .operate, verb: "log.level.set") { call in
                let body = try await call.body(allowed: ["level", "for"])
                parts.log.set(try level(body), for: try duration(body))
                return .model(info())
            },
            write(.delete, AdminPath.logLevel, needs: .operate, verb: "log.level.reset") { _ in
                parts.log.reset()
                return .model(info())
            },
        ]
    }

    private func info() -> LogLevelInfo {
        let status = parts.log.status
        let setting = parts.settings.loaded.effective.first { $0.key == "log.level" }
        return LogLevelInfo(
            level: status.level.rawValue,
            source: status.isOverridden ? "trivetctl log level" : setting?.source.description ?? "default",
            setting: status.setting.rawValue,
            until: status.until.map { Timestamp(microseconds: $0).rfc3339 })
    }

    private func level(_ body: JSONObject) throws -> LogLevel {
        let names = LogLevel.allCases.map(\.rawValue).joined(separator: ", ")
        guard let text = try body.text("level") else { throw AdminProblem.invalid("level is missing: one of \(names)") }
        guard let level = LogLevel(rawValue: text) else {
            throw AdminProblem.invalid("level \"\(text)\" is not one of \(names)")
        }
        return level
    }

    private func duration(_ body: JSONObject) throws -> Duration? {
        guard let value = body["for"], value != .null else { return nil }
        guard let text = value.string, let duration = try? DurationText.parse(text), duration > .zero,
            duration <= Self.longest
        else {
            throw AdminProblem.invalid(
                "for is not a duration such as \"5m\", of at most \(DurationText.string(Self.longest))")
        }
        return duration
    }
}

import Datastore
import Health
import JSON

/// A health report as `application/health+json` (draft-inadarei-api-health-check): `pass`, `warn` or `fail`, of the
/// whole and of each check. Beside the draft's members each check tells since when it has been so.
struct HealthDocument {
    let report: HealthReport
    let version: String
    /// Microseconds since 1970: the checks were made just now.
    let now: Int64

    var json: JSONValue {
        var document = JSONObject()
        document["status"] = .string(report.status.name)
        document["serviceId"] = "trivetd"
        document["releaseId"] = .string(version)
        document["description"] = .string("\(report.endpoint.rawValue) of trivetd, which is \(report.phase.rawValue)")
        if let message = report.status.message { document["output"] = .string(message) }
        var checks = JSONObject()
        if report.showsPhase {
            let isServing = report.phase == .serving
            checks[HealthReport.phaseCheck] = .array([
                entry(isServing ? .pass : .fail(report.phase.rawValue), since: nil)
            ])
        }
        for check in report.checks { checks[check.name] = .array([entry(check.status, since: check.since)]) }
        document["checks"] = .object(checks)
        return .object(document)
    }

    private func entry(_ status: HealthStatus, since: Int64?) -> JSONValue {
        var entry = JSONObject()
        entry["status"] = .string(status.name)
        entry["time"] = .string(Self.text(now))
        if let since { entry["since"] = .string(Self.text(since)) }
        if let message = status.message { entry["output"] = .string(message) }
        return .object(entry)
    }

    private static func text(_ microseconds: Int64) -> String { Timestamp(microseconds: microseconds).rfc3339 }
}

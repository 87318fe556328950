import AdminAccess
import AdminModel
import HTTPTypes
import Hosting
import JSON
import Settings

/// The admin's purge.
struct PurgeRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        [
            write(.post, AdminPath.purge, needs: .operate, verb: "purge") { call in
                let body = try await call.body(allowed: ["olderThan", "dryRun"])
                let dryRun = try flag(body)
                let deleted = try await parts.purge(try olderThan(body), dryRun)
                return .model(PurgeAnswer(deleted: deleted, dryRun: dryRun ? true : nil))
            }
        ]
    }

    private func olderThan(_ body: JSONObject) throws(AdminProblem) -> Duration {
        guard let value = body["olderThan"], value != .null else { return parts.settings.settings.purge.retain }
        guard let text = value.string, let duration = try? DurationText.parse(text) else {
            throw .invalid("olderThan is not a duration such as \"3m\"")
        }
        return duration
    }

    private func flag(_ body: JSONObject) throws(AdminProblem) -> Bool {
        guard let value = body["dryRun"], value != .null else { return false }
        guard let flag = value.boolean else { throw .invalid("dryRun is neither true nor false") }
        return flag
    }
}

import AdminAccess
import AdminModel
import HTTPTypes
import Hosting
import JSON
import PubSub
import Settings

/// What `trivetctl apply` compares: all resources as they are, and what declarations come to. The changes themselves go
/// by the routes of each kind, so that each is checked, refused and audited as any other.
struct ResourceRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        [
            read(AdminPath.resources, [.any("kind")]) { call in .json(.object(try await all(call))) },
            // A rehearsal is for those who may make the change; it also looks at folders with the daemon's rights.
            ask("\(AdminPath.resources):check", needs: .administer, isAudited: { _ in false }) { call in
                .json(.object(try await check(call)))
            },
        ]
    }

    private func form(_ kind: ResourceKind) -> any ResourceForm {
        switch kind {
        case .serviceAccounts: AccountForm(parts: parts)
        case .topics: TopicForm(parts: parts)
        case .subscriptions: SubscriptionForm(parts: parts)
        case .roleBindings: RoleBindingForm(parts: parts)
        case .buckets: BucketForm(parts: parts)
        case .notifications: NotificationForm(parts: parts)
        case .jobs: JobForm(parts: parts)
        case .indexes: IndexForm(parts: parts)
        }
    }

    private static func kind(_ text: String) throws(AdminProblem) -> ResourceKind {
        guard let kind = ResourceKind(rawValue: text) else {
            let known = ResourceKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("kind \"\(text)\" is none of \(known)")
        }
        return kind
    }

    private func all(_ call: AdminCall) async throws -> JSONObject {
        var wanted: [ResourceKind] = []
        for text in call.all("kind") { wanted.append(try Self.kind(text)) }
        var (resources, leftOut): ([JSONValue], [JSONValue]) = ([], [])
        for kind in ResourceKind.allCases where wanted.isEmpty || wanted.contains(kind) {
            let stored = try await form(kind).all()
            for item in stored.items {
                var entry = JSONObject()
                entry["kind"] = .string(kind.rawValue)
                entry["resource"] = .object(item.resource)
                entry["id"] = item.id.map { .string($0) }
                resources.append(.object(entry))
            }
            leftOut += stored.leftOut.map { item in
                ["kind": .string(kind.rawValue), "name": .string(item.name), "reason": .string(item.reason)]
            }
        }
        var answer = JSONObject()
        answer["project"] = .string(parts.settings.settings.project)
        answer["resources"] = .array(resources)
        answer["leftOut"] = .array(leftOut)
        return answer
    }

    /// The whole form of each declaration, or why it could not be made, in the order of the body.
    private func check(_ call: AdminCall) async throws -> JSONObject {
        guard let list = try await call.body(allowed: ["resources"])["resources"]?.array else {
            throw AdminProblem.invalid("resources is not a list")
        }
        var results: [JSONValue] = []
        for item in list {
            guard let object = item.object, let kind = object["kind"]?.string,
                let declared = object["resource"]?.object
            else { throw AdminProblem.invalid("a resource is {\"kind\": \"…\", \"resource\": {…}}") }
            results.append(try await result(try Self.kind(kind), declared))
        }
        var answer = JSONObject()
        answer["results"] = .array(results)
        return answer
    }

    private func result(_ kind: ResourceKind, _ declared: JSONObject) async throws -> JSONValue {
        do {
            return ["resource": .object(try await form(kind).whole(declared))]
        } catch {
            // What the daemon itself cannot do now is no fault of the declaration.
            guard let problem = AdminProblem(error), problem.status.kind == .clientError else { throw error }
            var refusal = JSONObject()
            refusal["message"] = .string(problem.message)
            refusal["member"] = (error as? PubSubError)?.field.map { .string($0) }
            return .object(refusal)
        }
    }
}

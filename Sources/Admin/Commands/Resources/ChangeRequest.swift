import AdminModel
import JSON

/// A request to the daemon that makes a change, or a part of one.
struct ChangeRequest: Sendable {
    let method: String
    let path: String
    var body: JSONObject?
}

extension ResourceChange {
    /// The requests that make the change, in their order: those that the single commands make.
    func requests(project: String) -> [ChangeRequest] {
        let resource = after ?? before ?? JSONObject()
        if kind == .roleBindings {
            return [binding(resource, action == .delete ? "removeBinding" : "addBinding", project: project)]
        }
        switch action {
        case .create: return kind.creation(of: resource)
        case .update: return kind.update(from: before ?? JSONObject(), to: resource)
        case .delete: return kind.deletion(of: resource, ids: ids)
        }
    }

    private func binding(_ resource: JSONObject, _ verb: String, project: String) -> ChangeRequest {
        let target = resource.text("resource")
        let name = target.split(separator: "/", maxSplits: 1).last.map(String.init) ?? ""
        let policy =
            switch target {
            case "project": PolicyPath.project(project)
            case _ where target.hasPrefix("services/"): PolicyPath.service(name)
            default: PolicyPath.account(name)
            }
        return ChangeRequest(method: "POST", path: "\(policy):\(verb)", body: resource.without("resource"))
    }
}

extension ResourceKind {
    /// Where the kind's resources are; bindings are members of policies instead.
    private var collection: String {
        switch self {
        case .serviceAccounts: AdminPath.serviceAccounts
        case .topics: AdminPath.topics
        case .subscriptions: AdminPath.subscriptions
        case .buckets, .notifications: StorageClient.buckets
        case .jobs: AdminPath.jobs
        case .indexes: AdminPath.indexes
        case .roleBindings: AdminPath.services
        }
    }

    private func path(_ name: String) -> String { "\(collection)/\(AdminClient.segment(name))" }

    fileprivate func creation(of resource: JSONObject) -> [ChangeRequest] {
        switch self {
        case .serviceAccounts:
            var body = resource.with("accountId", resource["name"] ?? .null)
            body["name"] = nil
            return [ChangeRequest(method: "POST", path: collection, body: body)]
        case .subscriptions:
            return [ChangeRequest(method: "POST", path: collection, body: resource.without("detached"))]
                + detachment(of: resource)
        case .notifications:
            let path = "\(path(resource.text("bucket")))/notificationConfigs"
            return [ChangeRequest(method: "POST", path: path, body: Self.notification(resource))]
        case .topics, .buckets, .jobs, .indexes, .roleBindings:
            return [ChangeRequest(method: "POST", path: collection, body: resource)]
        }
    }

    fileprivate func update(from old: JSONObject, to new: JSONObject) -> [ChangeRequest] {
        let patch = old.patch(to: new).without("detached")
        let change = ChangeRequest(method: "PATCH", path: path(new.text("name")), body: patch)
        let changes = patch.isEmpty ? [] : [change]
        guard self == .subscriptions, old["detached"] != new["detached"] else { return changes }
        return changes + detachment(of: new)
    }

    fileprivate func deletion(of resource: JSONObject, ids: [String]) -> [ChangeRequest] {
        switch self {
        case .notifications:
            let path = "\(path(resource.text("bucket")))/notificationConfigs"
            return ids.map { ChangeRequest(method: "DELETE", path: "\(path)/\(AdminClient.segment($0))") }
        case .indexes: return ids.map { ChangeRequest(method: "DELETE", path: path($0)) }
        case .serviceAccounts, .topics, .subscriptions, .buckets, .jobs, .roleBindings:
            return [ChangeRequest(method: "DELETE", path: path(resource.text("name")))]
        }
    }

    private func detachment(of subscription: JSONObject) -> [ChangeRequest] {
        guard subscription["detached"] == true else { return [] }
        return [ChangeRequest(method: "POST", path: "\(path(subscription.text("name"))):detach")]
    }

    /// A notification in Google's names; a topic without a project is one of the daemon's own, which it writes `_`.
    private static func notification(_ resource: JSONObject) -> JSONObject {
        var body = JSONObject()
        body["topic"] = .string("projects/_/topics/\(resource.text("topic"))")
        body["payload_format"] = resource["payloadFormat"]
        body["event_types"] = resource["eventTypes"]
        body["object_name_prefix"] = resource["objectNamePrefix"]
        body["custom_attributes"] = resource["customAttributes"]
        return body
    }
}

extension JSONObject {
    /// The same without a member.
    fileprivate func without(_ name: String) -> JSONObject {
        var copy = self
        copy[name] = nil
        return copy
    }
}

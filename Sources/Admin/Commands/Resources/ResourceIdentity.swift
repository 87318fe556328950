import AdminModel
import JSON

/// What makes two resources the same one: kind, and the bytes of its name. Where a kind has no names, all of it is.
struct ResourceIdentity: Hashable, Sendable {
    let kind: ResourceKind
    private let key: [UInt8]

    /// Of a resource as the daemon has it.
    init(_ kind: ResourceKind, _ resource: JSONObject) {
        self.kind = kind
        key =
            switch kind {
            case .serviceAccounts, .topics, .subscriptions, .buckets, .jobs: Array((resource.text("name")).utf8)
            case .roleBindings, .notifications, .indexes: JSONValue.object(resource).serialized()
            }
    }

    /// The name, for a kind that has names.
    var name: String { String(decoding: key, as: UTF8.self) }

    /// Of a resource of a kind that has names.
    init(_ kind: ResourceKind, name: String) {
        self.kind = kind
        key = Array(name.utf8)
    }
}

extension ResourceKind {
    /// What people call a resource.
    func name(of resource: JSONObject) -> String {
        switch self {
        case .serviceAccounts, .topics, .subscriptions, .buckets, .jobs: return resource.text("name")
        case .roleBindings:
            return "\(resource.text("role")) on \(resource.text("resource")) for \(resource.text("member"))"
        case .notifications: return "\(resource.text("bucket")) to \(resource.text("topic"))"
        case .indexes:
            let properties = (resource["properties"]?.array ?? []).compactMap(\.object).map { property in
                property.text("name") + (property.text("direction") == "desc" ? " desc" : "")
            }
            let ancestor = resource["ancestor"] == true ? ", ancestor" : ""
            return "\(resource.text("kind"))(\(properties.joined(separator: ", "))\(ancestor))"
        }
    }

    /// The resource as a file has it.
    func shown(_ resource: JSONObject) -> JSONObject {
        self == .jobs ? JobBodyText.shown(resource) : resource
    }
}

extension JSONObject {
    /// A text that is there, or none.
    func text(_ name: String) -> String { self[name]?.string ?? "" }
}

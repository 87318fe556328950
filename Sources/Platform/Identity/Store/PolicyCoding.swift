import Datastore

// Policies as entities of kind `Policy` in the platform's namespace: a property for each role, its members' texts.
extension Policy {
    static let kind = "Policy"

    func entity(_ target: PolicyTarget) -> Entity {
        var properties = Properties()
        for binding in bindings {
            properties[binding.role.rawValue] = .array(
                binding.members.map { .string($0.text, excludeFromIndexes: true) })
        }
        return Entity(key: target.key, properties: properties)
    }

    /// The policy of an entity. A role or member of a later version is left out: what it allows is not known here.
    init(_ entity: Entity, etag: String) {
        let bindings = entity.properties.compactMap { property -> Binding? in
            guard let role = Role(rawValue: property.name) else { return nil }
            let texts = (property.value.array ?? []).compactMap(\.string)
            return Binding(role: role, members: texts.compactMap { try? Member.parse($0) })
        }
        self.init(bindings: bindings, etag: etag)
    }

    init(_ stored: StoredEntity) {
        self.init(stored.entity, etag: Self.etag(stored.version))
    }

    /// A policy's etag is its entity's version; 0 stands for one that was never set.
    static func etag(_ version: Int64) -> String { String(version, radix: 16) }

    static func version(_ etag: String) -> Int64? { Int64(etag, radix: 16) }
}

extension PolicyTarget {
    var key: Key {
        let name =
            switch self {
            case .project: "project"
            case .service(let service): "service/\(service)"
            case .account(let email): "account/\(email)"
            }
        return Key(Policy.kind, name: name, namespace: Key.platformNamespace)
    }

    init?(_ key: Key) {
        guard let name = key.name else { return nil }
        if name == "project" {
            self = .project
        } else if let service = name.dropping(prefix: "service/") {
            self = .service(service)
        } else if let email = name.dropping(prefix: "account/") {
            self = .account(email)
        } else {
            return nil
        }
    }
}

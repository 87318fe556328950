import Datastore

// Accounts as entities of kind `ServiceAccount` in the platform's namespace, keyed by their emails.
extension ServiceAccount {
    static let kind = "ServiceAccount"

    static func key(_ email: String) -> Key { Key(kind, name: email, namespace: Key.platformNamespace) }

    var entity: Entity {
        Entity(
            key: Self.key(email),
            properties: [
                "uniqueId": .string(uniqueID),
                "displayName": .string(displayName, excludeFromIndexes: true),
                "description": .string(description, excludeFromIndexes: true),
                "createTime": .timestamp(createTime),
            ])
    }

    /// Nil when the entity is no account, which only a hand in the file can have done.
    init?(_ entity: Entity) {
        guard let email = entity.key.name, let uniqueID = entity["uniqueId"]?.string,
            let createTime = entity["createTime"]?.timestamp
        else { return nil }
        self.init(
            email: email, uniqueID: uniqueID, displayName: entity["displayName"]?.string ?? "",
            description: entity["description"]?.string ?? "", createTime: createTime)
    }
}

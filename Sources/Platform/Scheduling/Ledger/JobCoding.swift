import Datastore
import Transfer

// Jobs as entities of kind `Job` in the platform's namespace, keyed by their names.
extension Job {
    static let kind = "Job"

    static func key(_ name: String) -> Key {
        Key(kind, name: name, namespace: Key.platformNamespace)
    }

    var entity: Entity {
        let headers = target.headers.map { header in
            Value.entity(
                EmbeddedEntity(properties: ["name": .string(header.name), "value": .string(header.value)]),
                excludeFromIndexes: true)
        }
        let (seconds, attoseconds) = attemptDeadline.components
        return Entity(
            key: Self.key(name),
            properties: [
                "description": .string(description, excludeFromIndexes: true),
                "schedule": .string(schedule.text),
                "timeZone": .string(timeZone),
                "state": .string(state.rawValue),
                "uri": .string(target.uri, excludeFromIndexes: true),
                "method": .string(target.method),
                "headers": .array(headers),
                "body": .blob(target.body, excludeFromIndexes: true),
                "attemptDeadlineMicroseconds": .integer(seconds * 1_000_000 + attoseconds / 1_000_000_000_000),
            ])
    }

    /// Nil when the entity is no job, which only a hand in the file can have done.
    init?(_ entity: Entity) {
        guard let name = entity.key.name, let text = entity["schedule"]?.string,
            let schedule = try? CronSchedule(parsing: text), let uri = entity["uri"]?.string,
            let method = entity["method"]?.string, let state = entity["state"]?.string.flatMap(State.init(rawValue:)),
            let deadline = entity["attemptDeadlineMicroseconds"]?.integer
        else { return nil }
        let headers = (entity["headers"]?.array ?? []).compactMap { value -> TransferHeader? in
            guard let properties = value.entity?.properties, let name = properties["name"]?.string,
                let value = properties["value"]?.string
            else { return nil }
            return TransferHeader(name, value)
        }
        let body = entity["body"]?.blob ?? []
        self.init(
            name: name, description: entity["description"]?.string ?? "", schedule: schedule,
            timeZone: entity["timeZone"]?.string ?? "Etc/UTC", state: state,
            target: HTTPTarget(uri: uri, method: method, headers: headers, body: body),
            attemptDeadline: .microseconds(deadline))
    }
}

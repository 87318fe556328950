import Datastore
import Transfer

// Jobs as entities of kind `Job` in the platform's namespace, keyed by their names.
extension Job {
    static let kind = "Job"

    static func key(_ name: String) -> Key {
        Key(kind, name: name, namespace: Key.platformNamespace)
    }

    var entity: Entity {
        var properties: Properties = [
            "description": .string(description, excludeFromIndexes: true),
            "schedule": .string(schedule.text),
            "timeZone": .string(timeZone),
            "state": .string(state.rawValue),
            "attemptDeadlineMicroseconds": .integer(attemptDeadline.wholeMicroseconds),
            "missedRuns": .string(missedRuns.rawValue),
            "retryCount": .integer(Int64(retry.retryCount)),
            "minBackoffMicroseconds": .integer(retry.minBackoff.wholeMicroseconds),
            "maxBackoffMicroseconds": .integer(retry.maxBackoff.wholeMicroseconds),
            "maxDoublings": .integer(Int64(retry.maxDoublings)),
            "maxRetryMicroseconds": .integer(retry.maxRetryDuration.wholeMicroseconds),
        ]
        properties["startDeadlineMicroseconds"] = startDeadline.map { .integer($0.wholeMicroseconds) }
        properties["userUpdateTime"] = userUpdateTime.map { .timestamp($0) }
        switch target {
        case .http(let target): target.write(to: &properties)
        case .pubsub(let target): target.write(to: &properties)
        }
        return Entity(key: Self.key(name), properties: properties)
    }

    /// Nil when the entity is no job, which only a hand in the file can have done. What a former version did not write
    /// has its default.
    init?(_ entity: Entity) {
        guard let name = entity.key.name, let text = entity["schedule"]?.string,
            let schedule = try? CronSchedule(parsing: text), let target = JobTarget(entity),
            let state = entity["state"]?.string.flatMap(State.init(rawValue:)),
            let deadline = entity["attemptDeadlineMicroseconds"]?.integer
        else { return nil }
        self.init(
            name: name, description: entity["description"]?.string ?? "", schedule: schedule,
            timeZone: entity["timeZone"]?.string ?? "Etc/UTC", state: state, target: target,
            retry: RetryConfig(entity), attemptDeadline: .microseconds(deadline),
            missedRuns: entity["missedRuns"]?.string.flatMap(MissedRunPolicy.init(rawValue:)) ?? .skip,
            startDeadline: entity["startDeadlineMicroseconds"]?.integer.map { .microseconds($0) })
        userUpdateTime = entity["userUpdateTime"]?.timestamp
    }
}

extension RetryConfig {
    /// What an entity of a job says of retries.
    fileprivate init(_ entity: Entity) {
        self.init()
        retryCount = entity["retryCount"]?.integer.map { Int(clamping: $0) } ?? retryCount
        minBackoff = entity["minBackoffMicroseconds"]?.integer.map { .microseconds($0) } ?? minBackoff
        maxBackoff = entity["maxBackoffMicroseconds"]?.integer.map { .microseconds($0) } ?? maxBackoff
        maxDoublings = entity["maxDoublings"]?.integer.map { Int(clamping: $0) } ?? maxDoublings
        maxRetryDuration = entity["maxRetryMicroseconds"]?.integer.map { .microseconds($0) } ?? maxRetryDuration
    }
}

extension JobTarget {
    /// Former versions knew URLs only, and wrote no topic.
    fileprivate init?(_ entity: Entity) {
        if let target = PubSubTarget(entity) {
            self = .pubsub(target)
        } else if let target = HTTPTarget(entity) {
            self = .http(target)
        } else {
            return nil
        }
    }
}

extension PubSubTarget {
    fileprivate func write(to properties: inout Properties) {
        let attributes = attributes.map { attribute in
            Value.entity(
                EmbeddedEntity(properties: ["name": .string(attribute.name), "value": .string(attribute.value)]),
                excludeFromIndexes: true)
        }
        properties["topic"] = .string(topic)
        properties["data"] = .blob(data, excludeFromIndexes: true)
        properties["attributes"] = .array(attributes)
        properties["orderingKey"] = .string(orderingKey, excludeFromIndexes: true)
    }

    fileprivate init?(_ entity: Entity) {
        guard let topic = entity["topic"]?.string else { return nil }
        let attributes = (entity["attributes"]?.array ?? []).compactMap { value -> Attribute? in
            guard let properties = value.entity?.properties, let name = properties["name"]?.string,
                let value = properties["value"]?.string
            else { return nil }
            return Attribute(name, value)
        }
        self.init(
            topic: topic, data: entity["data"]?.blob ?? [], attributes: attributes,
            orderingKey: entity["orderingKey"]?.string ?? "")
    }
}

extension HTTPTarget {
    fileprivate func write(to properties: inout Properties) {
        let headers = headers.map { header in
            Value.entity(
                EmbeddedEntity(properties: ["name": .string(header.name), "value": .string(header.value)]),
                excludeFromIndexes: true)
        }
        properties["uri"] = .string(uri, excludeFromIndexes: true)
        properties["method"] = .string(method)
        properties["headers"] = .array(headers)
        properties["body"] = .blob(body, excludeFromIndexes: true)
        properties["oidcServiceAccount"] = oidcToken.map { .string($0.serviceAccountEmail) }
        properties["oidcAudience"] = oidcToken?.audience.map { .string($0, excludeFromIndexes: true) }
    }

    fileprivate init?(_ entity: Entity) {
        guard let uri = entity["uri"]?.string, let method = entity["method"]?.string else { return nil }
        let headers = (entity["headers"]?.array ?? []).compactMap { value -> TransferHeader? in
            guard let properties = value.entity?.properties, let name = properties["name"]?.string,
                let value = properties["value"]?.string
            else { return nil }
            return TransferHeader(name, value)
        }
        let token = entity["oidcServiceAccount"]?.string.map { account in
            OIDCToken(serviceAccountEmail: account, audience: entity["oidcAudience"]?.string)
        }
        self.init(uri: uri, method: method, headers: headers, body: entity["body"]?.blob ?? [], oidcToken: token)
    }
}

extension Duration {
    /// Whole microseconds, held within int64.
    var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, sumOverflow) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return overflow || sumOverflow ? (seconds < 0 ? .min : .max) : sum
    }
}

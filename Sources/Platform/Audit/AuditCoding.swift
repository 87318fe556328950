import Datastore
import JSON

// Records as entities of kind `AuditRecord` in the platform's namespace. The key is the time in microseconds: what is
// asked by time is a range of keys, and no property needs an index, so that a record costs one row.
extension AuditRecord {
    static let kind = "AuditRecord"

    /// The key of a moment; what lies before 1970 stands at its beginning.
    static func key(_ time: Timestamp) -> Key {
        Key(kind, id: max(1, time.microseconds), namespace: Key.platformNamespace)
    }

    var entity: Entity {
        var properties = Properties()
        func set(_ name: String, _ content: Value.Content?) {
            properties[name] = content.map { Value($0, excludeFromIndexes: true) }
        }
        set("principal", .string(action.principal.name))
        set("uid", action.principal.uid.map { .integer(Int64($0)) })
        set("gid", action.principal.gid.map { .integer(Int64($0)) })
        set("pid", action.principal.pid.map { .integer(Int64($0)) })
        set("peer", .string(action.peer))
        set("method", .string(action.method))
        set("resource", .string(action.resource))
        set("parameters", .string(String(decoding: Self.json(action.parameters).serialized(), as: UTF8.self)))
        set("requestId", action.requestID.map { .string($0) })
        set("endTime", endTime.map { .timestamp($0) })
        set("result", .string(outcome.rawValue))
        set("status", status.map { .integer(Int64($0)) })
        set("message", message.map { .string($0) })
        return Entity(key: Self.key(time), properties: properties)
    }

    /// Nil when the entity is no record, which only a hand in the file can have done.
    init?(_ entity: Entity) {
        guard let time = entity.key.id, let principal = entity["principal"]?.string,
            let peer = entity["peer"]?.string, let method = entity["method"]?.string,
            let resource = entity["resource"]?.string,
            let outcome = (entity["result"]?.string).flatMap(Outcome.init(rawValue:))
        else { return nil }
        let uid = entity["uid"]?.integer
        let gid = entity["gid"]?.integer
        let pid = entity["pid"]?.integer
        action = AuditAction(
            principal: AuditPrincipal(
                principal, uid: uid.flatMap { UInt32(exactly: $0) }, gid: gid.flatMap { UInt32(exactly: $0) },
                pid: pid.flatMap { Int32(exactly: $0) }),
            peer: peer, method: method, resource: resource,
            parameters: Self.parameters(entity["parameters"]?.string ?? ""),
            requestID: entity["requestId"]?.string)
        self.time = Timestamp(microseconds: time)
        endTime = entity["endTime"]?.timestamp
        self.outcome = outcome
        let status = entity["status"]?.integer
        self.status = status.flatMap { Int(exactly: $0) }
        message = entity["message"]?.string
    }

    private static func json(_ parameters: [String: String]) -> JSONValue {
        .object(parameters.reduce(into: JSONObject()) { $0[$1.key] = .string($1.value) })
    }

    private static func parameters(_ text: String) -> [String: String] {
        let members = (try? JSONValue(parsing: Array(text.utf8)))?.object ?? JSONObject()
        return members.reduce(into: [:]) { $0[$1.name] = $1.value.string ?? "" }
    }
}

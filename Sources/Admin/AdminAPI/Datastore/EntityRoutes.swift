import AdminAccess
import AdminModel
import Datastore
import HTTPTypes
import Hosting
import JSON

/// Kinds and entities of every namespace but the platform's own.
struct EntityRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        [
            read(AdminPath.kinds, ["namespace"]) { call in .model(try await kinds(try namespace(call))) },
            read(AdminPath.entities, ["kind", "namespace", "ancestor", "limit", "pageToken"]) { call in
                .json(try await list(call))
            },
            read(AdminPath.entity, ["key", "namespace"]) { call in
                .json(Self.json(try await describe(try key(call, "key"))))
            },
            write(
                .delete, AdminPath.entity, ["key", "namespace"], needs: .operate, verb: "datastore.entities.delete",
                resource: { "datastore/entities/\($0.query["key"] ?? "")" }
            ) { call in
                try await delete(try key(call, "key"))
                return .json(.object(JSONObject()))
            },
        ]
    }

    /// The namespace asked about; what the platform keeps for itself is nobody else's.
    private func namespace(_ call: AdminCall) throws(AdminProblem) -> String {
        let namespace = call.query("namespace") ?? ""
        guard !namespace.hasSameBytes(as: Key.platformNamespace) else {
            throw .denied("the namespace \(Key.platformNamespace) is Trivet's own")
        }
        return namespace
    }

    private func key(_ call: AdminCall, _ parameter: String) throws(AdminProblem) -> Key {
        try KeyText.parse(try call.required(parameter), namespace: try namespace(call))
    }

    private func kinds(_ namespace: String) async throws -> KindList {
        let kinds = try await parts.datastore.kinds(namespace: namespace)
        return KindList(
            namespace: namespace, kinds: kinds.map { KindInfo(kind: $0.kind, count: Int64($0.entities)) })
    }

    private func list(_ call: AdminCall) async throws -> JSONValue {
        var query = Query(
            kind: try call.required("kind"), namespace: try namespace(call),
            ancestor: call.query("ancestor") == nil ? nil : try key(call, "ancestor"), limit: try call.limit())
        if let token = call.query("pageToken") {
            guard let cursor = Cursor(text: token) else { throw AdminProblem.invalid("pageToken is not one of ours") }
            query.start = cursor
        }
        let batch = try await parts.datastore.run(query)
        var answer = JSONObject()
        answer["entities"] = .array(batch.results.map { Self.json($0.stored) })
        // An empty page is the end, whatever its cursor: a client that follows tokens always gets there.
        if batch.more != .none, !batch.results.isEmpty, let cursor = batch.endCursor {
            answer["nextPageToken"] = .string(cursor.text)
        }
        return .object(answer)
    }

    private func describe(_ key: Key) async throws -> StoredEntity {
        guard let stored = try await parts.datastore.lookup(key) else { throw Self.missing(key) }
        return stored
    }

    /// Looks and deletes in one transaction, so that of two who delete the same entity one hears that it is gone.
    private func delete(_ key: Key) async throws {
        let existed = try await parts.datastore.transaction { transaction in
            guard try transaction.get(key) != nil else { return false }
            try transaction.delete(key)
            return true
        }
        guard existed else { throw Self.missing(key) }
    }

    private static func missing(_ key: Key) -> AdminProblem {
        let place = key.namespace.isEmpty ? "" : " in namespace \"\(key.namespace)\""
        return .notFound("no entity \(KeyText.write(key))\(place)")
    }

    private static func json(_ stored: StoredEntity) -> JSONValue {
        [
            "key": .string(KeyText.write(stored.key)),
            "namespace": .string(stored.key.namespace),
            // Text, as all int64 in Google's JSON: beyond 2^53 most readers of JSON would round it.
            "version": .string(stored.version.description),
            "createTime": .string(stored.createTime.fixedText),
            "updateTime": .string(stored.updateTime.fixedText),
            "properties": stored.entity.properties.json,
        ]
    }
}

import AdminModel
import Datastore
import HTTPTypes
import Hosting
import JSON

/// Composite indexes, and on demand those that Trivet keeps by itself.
struct IndexRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        [
            read(AdminPath.indexes, ["all"]) { call in .model(list(all: try call.flag("all"))) },
            write(.post, AdminPath.indexes) { call in
                let definition = try definition(try await call.body(allowed: ["kind", "ancestor", "properties"]))
                return .model(try await create(definition))
            },
            read("\(AdminPath.indexes)/{id}") { call in .model(try describe(try id(call))) },
            write(.delete, "\(AdminPath.indexes)/{id}") { call in
                try await delete(try id(call))
                return .json(.object(JSONObject()))
            },
        ]
    }

    private func list(all: Bool) -> IndexList {
        let indexes = parts.datastore.indexes().filter { all || $0.origin == .composite }
        return IndexList(indexes: indexes.sorted { $0.id < $1.id }.map { IndexEntry($0) })
    }

    private func describe(_ id: Int64) throws(AdminProblem) -> IndexEntry {
        guard let index = parts.datastore.indexes().first(where: { $0.id == id }) else { throw Self.missing(id) }
        return IndexEntry(index)
    }

    /// Creates an index; one that is there already is the answer, so that the same index.yaml may be applied again.
    private func create(_ definition: IndexDefinition) async throws -> IndexEntry {
        if let index = existing(definition) { return IndexEntry(index) }
        do {
            return IndexEntry(try await parts.datastore.createIndex(definition))
        } catch let error as DatastoreError where error.code == .alreadyExists {
            guard let index = existing(definition) else { throw error }
            return IndexEntry(index)
        }
    }

    private func existing(_ definition: IndexDefinition) -> IndexInfo? {
        parts.datastore.indexes().first {
            $0.definition == definition && $0.state != .deleting && $0.origin == .composite
        }
    }

    private func delete(_ id: Int64) async throws {
        let index = try describe(id)
        guard index.origin == "composite" else {
            throw AdminProblem(
                .badRequest, .failedPrecondition, "index \(id) is \(index.origin): Trivet keeps it by itself")
        }
        try await parts.datastore.deleteIndex(id)
    }

    private static func missing(_ id: Int64) -> AdminProblem { .notFound("no index \(id)") }

    private func id(_ call: AdminCall) throws(AdminProblem) -> Int64 {
        let text = call.parameter("id")
        guard let id = Int64(text) else { throw .notFound("no index \"\(text)\": an index's id is a number") }
        return id
    }

    // MARK: The definition in a body

    private func definition(_ body: JSONObject) throws(AdminProblem) -> IndexDefinition {
        guard let kind = body["kind"]?.string, !kind.isEmpty else { throw .invalid("kind is missing") }
        guard let list = body["properties"]?.array, !list.isEmpty else {
            throw .invalid("properties is not a list with at least one property")
        }
        var properties: [IndexDefinition.Property] = []
        for item in list { properties.append(try property(item)) }
        return IndexDefinition(kind: kind, ancestor: try ancestor(body["ancestor"]), properties: properties)
    }

    private func ancestor(_ value: JSONValue?) throws(AdminProblem) -> Bool {
        guard let value, value != .null else { return false }
        guard let ancestor = value.boolean else { throw .invalid("ancestor is neither true nor false") }
        return ancestor
    }

    private func property(_ value: JSONValue) throws(AdminProblem) -> IndexDefinition.Property {
        guard let object = value.object, object.allSatisfy({ $0.name == "name" || $0.name == "direction" }),
            let name = object["name"]?.string, !name.isEmpty
        else { throw .invalid("a property is {\"name\": …, \"direction\": \"asc\" or \"desc\"}") }
        switch object["direction"] {
        case nil, .null?, .string("asc")?: return .init(name, .ascending)
        case .string("desc")?: return .init(name, .descending)
        default: throw .invalid("direction of \"\(name)\" is neither asc nor desc")
        }
    }
}

extension IndexEntry {
    /// An index of the datastore.
    init(_ index: IndexInfo) {
        let definition = index.definition
        self.init(
            id: index.id.description, kind: definition.kind, ancestor: definition.ancestor,
            properties: definition.properties.map { property in
                .init(name: property.name, direction: property.direction == .descending ? "desc" : "asc")
            }, state: index.state.rawValue, origin: index.origin.rawValue)
    }
}

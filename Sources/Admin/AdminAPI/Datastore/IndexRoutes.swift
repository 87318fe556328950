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
                let definition = try IndexDefinition(body: try await call.body(allowed: IndexDefinition.members))
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

import AdminModel
import Datastore
import JSON

/// Composite indexes: `kind`, `ancestor` and `properties`.
struct IndexForm: ResourceForm {
    let parts: AdminParts

    func whole(_ declared: JSONObject) throws -> JSONObject {
        try declared.require(only: IndexDefinition.members)
        let definition = try IndexDefinition(body: declared)
        try Datastore.validate(definition)
        return Self.resource(definition)
    }

    func all() -> StoredResources {
        let composites = parts.datastore.indexes().filter { $0.origin == .composite && $0.state != .deleting }
        var stored = StoredResources()
        stored.items = composites.map { .init(resource: Self.resource($0.definition), id: $0.id.description) }
        return stored
    }

    private static func resource(_ definition: IndexDefinition) -> JSONObject {
        var resource = JSONObject()
        resource["kind"] = .string(definition.kind)
        resource["ancestor"] = .boolean(definition.ancestor)
        resource["properties"] = .array(
            definition.properties.map { property in
                ["name": .string(property.name), "direction": property.direction == .descending ? "desc" : "asc"]
            })
        return resource
    }
}

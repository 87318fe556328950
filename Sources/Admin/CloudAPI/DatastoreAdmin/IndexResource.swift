import Datastore
import JSON

// Composite indexes in the shape of Datastore's admin API.
extension IndexInfo {
    private static let package = "type.googleapis.com/google.datastore.admin.v1"

    /// The index as a resource.
    func resource(project: String) -> JSONObject {
        var resource = JSONObject()
        resource["projectId"] = .string(project)
        resource["indexId"] = .string(String(id))
        resource["kind"] = .string(definition.kind)
        resource["ancestor"] = definition.ancestor ? "ALL_ANCESTORS" : "NONE"
        resource["properties"] = .array(
            definition.properties.map { property in
                [
                    "name": .string(property.name),
                    "direction": property.direction == .descending ? "DESCENDING" : "ASCENDING",
                ]
            })
        resource["state"] = .string(state.rawValue)
        return resource
    }

    /// The operation that made the index, or that removes it.
    func operation(project: String) -> JSONObject {
        let name = state == .deleting ? IndexOperation.delete(id) : .create(id)
        var operation = name.resource(project: project, isDone: state == .ready)
        guard state == .ready else { return operation }
        var response = JSONObject()
        response["@type"] = .string("\(Self.package).Index")
        for member in resource(project: project) { response[member.name] = member.value }
        operation["response"] = .object(response)
        return operation
    }
}

/// What is done with an index and takes its time: `projects/P/operations/create-7`. The index itself tells how far it is,
/// so that nothing of it needs to be kept.
enum IndexOperation: Hashable {
    /// Index 7 is made.
    case create(Int64)
    /// Index 7 is removed.
    case delete(Int64)

    /// Reads the last part of an operation's name; nil for what is none.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let id = Int64(parts[1]), id > 0, parts[1] == String(id) else { return nil }
        switch parts[0] {
        case "create": self = .create(id)
        case "delete": self = .delete(id)
        default: return nil
        }
    }

    /// The index's number.
    var index: Int64 {
        switch self {
        case .create(let id), .delete(let id): id
        }
    }

    /// The last part of its name.
    var text: String {
        switch self {
        case .create(let id): "create-\(id)"
        case .delete(let id): "delete-\(id)"
        }
    }

    /// The operation as a resource, without the response of one that is done.
    func resource(project: String, isDone: Bool) -> JSONObject {
        let type = if case .create = self { "CREATE_INDEX" } else { "DELETE_INDEX" }
        var operation = JSONObject()
        operation["name"] = .string("projects/\(project)/operations/\(text)")
        operation["metadata"] = [
            "@type": "type.googleapis.com/google.datastore.admin.v1.IndexOperationMetadata",
            "common": ["operationType": .string(type), "state": isDone ? "SUCCESSFUL" : "PROCESSING"],
            "indexId": .string(String(index)),
        ]
        operation["done"] = .boolean(isDone)
        return operation
    }
}

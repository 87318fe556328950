import Datastore
import HTTPTypes
import Hosting
import JSON

/// Datastore's composite indexes, and the operations that make and remove them: `/v1/projects/P/indexes` and
/// `/v1/projects/P/operations`. Those that Trivet keeps by itself are not among them.
struct IndexRoutes: Sendable {
    let datastore: Datastore
    let project: CloudProject
    let cloud: CloudRoutes

    private static let indexes = "/v1/projects/{project}/indexes"
    private static let operations = "/v1/projects/{project}/operations"

    var routes: [Route] {
        [
            cloud.route(.read, .get, Self.indexes) { call in try list(call) },
            cloud.route(.read, .get, "\(Self.indexes)/{index}") { call in
                call.answer(try index(call).resource(project: project.id))
            },
            cloud.route(.administer("datastore.indexes.create"), .post, Self.indexes) { call in
                try project.check(call)
                let index = try await datastore.createIndex(try Self.definition(try await call.body()))
                return call.answer(index.operation(project: project.id))
            },
            cloud.route(.administer("datastore.indexes.delete"), .delete, "\(Self.indexes)/{index}") { call in
                try await delete(call)
            },
            cloud.route(.read, .get, Self.operations) { call in try listOperations(call) },
            cloud.route(.read, .get, "\(Self.operations)/{operation}") { call in try operation(call) },
            cloud.route(.read, .delete, "\(Self.operations)/{operation}") { _ in throw Self.notForgotten },
            cloud.route(.read, .post, "\(Self.operations)/{operation}:cancel") { _ in
                throw CloudProblem.notOffered("an end before the end; delete the index")
            },
        ]
    }

    private static let notForgotten = CloudProblem.notOffered(
        "operations that are forgotten; one is there as long as its index")

    /// All composite indexes.
    private var composites: [IndexInfo] { datastore.indexes().filter { $0.origin == .composite } }

    /// A page of the composite indexes, in the order of their numbers.
    private func page(_ call: CloudCall) throws(CloudProblem) -> ListPage<IndexInfo> {
        try project.check(call)
        guard call.query("filter") == nil else { throw .notOffered("filters of indexes") }
        return try call.page(composites) { index in
            let number = String(index.id)
            return String(repeating: "0", count: 20 - number.utf8.count) + number
        }
    }

    private func list(_ call: CloudCall) throws(CloudProblem) -> HostedResponse {
        let page = try page(call)
        return call.answer(page.resource("indexes", page.things.map { .object($0.resource(project: project.id)) }))
    }

    private func index(_ call: CloudCall) throws(CloudProblem) -> IndexInfo {
        try project.check(call)
        let text = call.parameter("index")
        guard let id = Int64(text), let index = composites.first(where: { $0.id == id }) else {
            throw CloudProblem(.notFound, "notFound", "There is no composite index \(text.debugDescription).")
        }
        return index
    }

    private func delete(_ call: CloudCall) async throws -> HostedResponse {
        let index = try index(call)
        guard index.state != .deleting else {
            throw CloudProblem.failedPrecondition("The index \(index.id) is being deleted already.")
        }
        try await datastore.deleteIndex(index.id)
        return call.answer(try state(of: .delete(index.id)))
    }

    private func listOperations(_ call: CloudCall) throws(CloudProblem) -> HostedResponse {
        let page = try page(call)
        return call.answer(page.resource("operations", page.things.map { .object($0.operation(project: project.id)) }))
    }

    private func operation(_ call: CloudCall) throws(CloudProblem) -> HostedResponse {
        try project.check(call)
        let text = call.parameter("operation")
        guard let operation = IndexOperation(text) else { throw Self.missing(text) }
        return call.answer(try state(of: operation))
    }

    private static func missing(_ operation: String) -> CloudProblem {
        CloudProblem(.notFound, "notFound", "There is no operation \(operation.debugDescription).")
    }

    /// How far an operation is. A removal has come to its end when its index is not there any more.
    private func state(of operation: IndexOperation) throws(CloudProblem) -> JSONObject {
        let index = composites.first { $0.id == operation.index }
        switch (operation, index) {
        case (.create, let index?) where index.state != .deleting: return index.operation(project: project.id)
        case (.delete, let index?) where index.state == .deleting: return index.operation(project: project.id)
        case (.delete, nil):
            var done = operation.resource(project: project.id, isDone: true)
            done["response"] = ["@type": "type.googleapis.com/google.protobuf.Empty"]
            return done
        default: throw Self.missing(operation.text)
        }
    }

    /// The definition that a resource has.
    static func definition(_ resource: JSONObject) throws(CloudProblem) -> IndexDefinition {
        let known = ["projectId", "indexId", "kind", "ancestor", "properties", "state"]
        let body = try CloudBody(resource, known: known)
        let ancestor: Bool
        switch body.value("ancestor") {
        case .string("NONE")?, .integer(1)?: ancestor = false
        case .string("ALL_ANCESTORS")?, .integer(2)?: ancestor = true
        default: throw .invalid("ancestor is NONE or ALL_ANCESTORS.", field: "index.ancestor")
        }
        var properties: [IndexDefinition.Property] = []
        for part in try body.parts("properties", known: ["name", "direction"]) {
            let name = try part.required("name")
            switch part.value("direction") {
            case .string("ASCENDING")?, .integer(1)?: properties.append(.init(name, .ascending))
            case .string("DESCENDING")?, .integer(2)?: properties.append(.init(name, .descending))
            default: throw .invalid("direction is ASCENDING or DESCENDING.", field: "index.properties.direction")
            }
        }
        return IndexDefinition(kind: try body.required("kind"), ancestor: ancestor, properties: properties)
    }
}

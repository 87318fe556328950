import Datastore
import JSON

extension IndexDefinition {
    /// The members that a body may have.
    static let members = ["kind", "ancestor", "properties"]

    /// The index that a body describes.
    init(body: JSONObject) throws(AdminProblem) {
        guard let kind = body["kind"]?.string, !kind.isEmpty else { throw .invalid("kind is missing") }
        guard let list = body["properties"]?.array, !list.isEmpty else {
            throw .invalid("properties is not a list with at least one property")
        }
        var properties: [Property] = []
        for item in list { properties.append(try Self.property(item)) }
        self.init(kind: kind, ancestor: try Self.ancestor(body["ancestor"]), properties: properties)
    }

    private static func ancestor(_ value: JSONValue?) throws(AdminProblem) -> Bool {
        guard let value, value != .null else { return false }
        guard let ancestor = value.boolean else { throw .invalid("ancestor is neither true nor false") }
        return ancestor
    }

    private static func property(_ value: JSONValue) throws(AdminProblem) -> Property {
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

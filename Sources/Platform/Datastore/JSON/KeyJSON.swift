public import JSON

extension Key {
    /// Reads a key in Datastore's REST form:
    /// `{"partitionId": {"namespaceId": "n"}, "path": [{"kind": "K", "id": "5"}]}`.
    ///
    /// A `projectId` is passed over. The last step may lack id and name.
    /// - Throws: `invalidArgument` when it is none.
    public init(json: JSONValue) throws(DatastoreError) {
        guard let members = json.object else { throw .invalid("a key must be an object, not \(json.typeName)") }
        guard let steps = members["path"]?.array, !steps.isEmpty else {
            throw .invalid("a key must have a path of at least one step")
        }
        var path: [PathElement] = []
        for step in steps { path.append(try PathElement(json: step)) }
        self.init(path: path, namespace: try Self.namespace(members["partitionId"]))
    }

    private static func namespace(_ partition: JSONValue?) throws(DatastoreError) -> String {
        guard let partition else { return "" }
        guard let members = partition.object else { throw .invalid("partitionId must be an object") }
        guard let namespace = members["namespaceId"] else { return "" }
        guard let text = namespace.string else { throw .invalid("namespaceId must be a string") }
        return text
    }

    /// The key in Datastore's REST form; `projectId` appears when a project is given.
    public func json(project: String? = nil) -> JSONValue {
        var partition = JSONObject()
        if let project { partition["projectId"] = .string(project) }
        if !namespace.isEmpty { partition["namespaceId"] = .string(namespace) }
        var members = JSONObject()
        if !partition.isEmpty { members["partitionId"] = .object(partition) }
        members["path"] = .array(path.map(\.json))
        return .object(members)
    }
}

extension PathElement {
    fileprivate init(json: JSONValue) throws(DatastoreError) {
        guard let members = json.object, let kind = members["kind"]?.string else {
            throw .invalid("a step of a key's path must be an object with a kind")
        }
        switch (members["id"], members["name"]) {
        case (nil, nil): self.init(kind, .incomplete)
        case (.string(let digits)?, nil):
            guard let id = Int64(digits) else { throw .invalid("a key's id must be an integer within int64") }
            self.init(kind, .id(id))
        case (.integer(let id)?, nil): self.init(kind, .id(id))
        case (nil, .string(let name)?): self.init(kind, .name(name))
        case (_?, _?): throw .invalid("a step of a key's path must have an id or a name, not both")
        default: throw .invalid("a key's id must be an integer, its name a string")
        }
    }

    fileprivate var json: JSONValue {
        switch identifier {
        case .id(let id): ["kind": .string(kind), "id": .string(String(id))]
        case .name(let name): ["kind": .string(kind), "name": .string(name)]
        case .incomplete: ["kind": .string(kind)]
        }
    }
}

extension Entity {
    /// Reads an entity in Datastore's REST form: `{"key": …, "properties": {…}}`.
    ///
    /// - Throws: `invalidArgument` when it is none.
    public init(json: JSONValue) throws(DatastoreError) {
        guard let members = json.object, let key = members["key"] else {
            throw .invalid("an entity must be an object with a key")
        }
        self.init(
            key: try Key(json: key),
            properties: try members["properties"].map { json throws(DatastoreError) in
                try Properties(json: json)
            } ?? Properties())
    }

    /// The entity in Datastore's REST form; `projectId` appears in the key when a project is given.
    public func json(project: String? = nil) -> JSONValue {
        ["key": key.json(project: project), "properties": properties.json]
    }
}

public import JSON

extension Value {
    /// Reads a value in Datastore's REST form, such as `{"integerValue": "1"}`.
    public init(json: JSONValue) throws(DatastoreError) { fatalError("to come") }
    /// The value in Datastore's REST form.
    public var json: JSONValue { fatalError("to come") }
}

extension Properties {
    /// Reads properties in Datastore's REST form: names to values.
    public init(json: JSONValue) throws(DatastoreError) { fatalError("to come") }
    /// The properties in Datastore's REST form.
    public var json: JSONValue { fatalError("to come") }
}

extension Key {
    /// Reads a key in Datastore's REST form; a `projectId` is passed over.
    public init(json: JSONValue) throws(DatastoreError) { fatalError("to come") }
    /// The key in Datastore's REST form; `projectId` appears when a project is given.
    public func json(project: String? = nil) -> JSONValue { fatalError("to come") }
}

extension Entity {
    /// Reads an entity in Datastore's REST form.
    public init(json: JSONValue) throws(DatastoreError) { fatalError("to come") }
    /// The entity in Datastore's REST form; `projectId` appears in the key when a project is given.
    public func json(project: String? = nil) -> JSONValue { fatalError("to come") }
}

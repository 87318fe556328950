import ArgumentParser

/// `trivetctl datastore …`.
struct DatastoreNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "datastore", abstract: "Kinds, entities and composite indexes.",
        subcommands: [DatastoreKinds.self, DatastoreEntities.self, DatastoreIndexes.self])
}

/// `trivetctl datastore kinds …`.
struct DatastoreKinds: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kinds", abstract: "The kinds of entities.", subcommands: [DatastoreKindsList.self])
}

/// `trivetctl datastore entities …`.
struct DatastoreEntities: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "entities", abstract: "The entities.",
        discussion: """
            A key is KIND/ID or KIND/name:NAME, with parents before it: Parent/name:p/Child/5. In kinds and names, \
            / and % are written %2F and %25.
            """,
        subcommands: [DatastoreEntitiesList.self, DatastoreEntitiesDescribe.self, DatastoreEntitiesDelete.self])
}

/// `trivetctl datastore indexes …`.
struct DatastoreIndexes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "indexes", abstract: "Composite indexes.",
        subcommands: [DatastoreIndexesList.self, DatastoreIndexesCreate.self, DatastoreIndexesDelete.self])
}

import AdminModel
import JSON
import Settings

/// The resources that the daemon has.
struct DaemonResources: Sendable {
    /// One of them.
    struct Item: Sendable {
        let kind: ResourceKind
        let resource: JSONObject
        /// What the daemon calls it, where the resource does not say; several for what is there more than once.
        var ids: [String]
    }

    let project: String
    /// In the order of the kinds, and within one of names.
    let items: [Item]
    /// What cannot be declared: why, by what it is.
    let leftOut: [ResourceIdentity: String]

    /// Asks the daemon for all resources of some kinds.
    static func ask(_ client: AdminClient, kinds: [ResourceKind]) async throws -> DaemonResources {
        let answer = try await client.json(AdminPath.resources, query: kinds.map { ("kind", $0.rawValue) })
        guard let list = answer["resources"]?.array else { throw notUnderstood }
        var items: [Item] = []
        var places: [ResourceIdentity: Int] = [:]
        for element in list {
            guard let object = element.object, let kind = ResourceKind(rawValue: object.text("kind")),
                let resource = object["resource"]?.object
            else { throw notUnderstood }
            let id = object["id"]?.string
            let identity = ResourceIdentity(kind, resource)
            if let place = places[identity] {
                items[place].ids += id.map { [$0] } ?? []
            } else {
                places[identity] = items.count
                items.append(Item(kind: kind, resource: resource, ids: id.map { [$0] } ?? []))
            }
        }
        let leftOut = try (answer["leftOut"]?.array ?? []).map { element in
            guard let object = element.object, let kind = ResourceKind(rawValue: object.text("kind")) else {
                throw notUnderstood
            }
            return (ResourceIdentity(kind, name: object.text("name")), object.text("reason"))
        }
        return DaemonResources(
            project: answer.text("project"), items: sorted(items), leftOut: Dictionary(leftOut) { first, _ in first })
    }

    /// By kind and name, so that two daemons that have the same show the same.
    private static func sorted(_ items: [Item]) -> [Item] {
        ResourceKind.allCases.flatMap { kind in
            items.filter { $0.kind == kind }
                .map { (item: $0, key: [kind.name(of: $0.resource), ResourceYAML.inline(.object($0.resource))]) }
                .sorted { left, right in
                    left.key.lexicographicallyPrecedes(right.key) { $0.precedesInBytes($1) }
                }
                .map(\.item)
        }
    }

    static let notUnderstood = CommandError(
        .failed, "the daemon's answer is not understood; are trivetd and trivetctl of the same version?")
}

/// A declared resource in its whole form, with every default.
struct WholeResource: Sendable {
    let declared: DeclaredResource
    let resource: JSONObject
    var identity: ResourceIdentity { ResourceIdentity(declared.kind, resource) }
}

extension WholeResource {
    /// A request is well below the daemon's limit on bodies unless a single resource is above it.
    private static let batchBytes = 256 * 1024
    private static let batchCount = 500

    /// Has the daemon complete what is declared, and tell what is wrong with it. Nothing is changed.
    static func complete(
        _ declared: [DeclaredResource], by client: AdminClient
    ) async throws -> (whole: [WholeResource], wrong: [(DeclaredResource, SettingsProblem)]) {
        var whole: [WholeResource] = []
        var wrong: [(DeclaredResource, SettingsProblem)] = []
        for batch in batches(declared) {
            let results = try await client.json(
                posting: ["resources": .array(batch.map(\.request))], to: "\(AdminPath.resources):check")["results"]
            guard let results = results?.array, results.count == batch.count else {
                throw DaemonResources.notUnderstood
            }
            for (declared, result) in zip(batch, results) {
                if let resource = result.object?["resource"]?.object {
                    whole.append(WholeResource(declared: declared, resource: resource))
                } else {
                    let refusal = result.object ?? JSONObject()
                    wrong.append(
                        (declared, declared.problem(said: refusal.text("message"), of: refusal.text("member"))))
                }
            }
        }
        return (whole, wrong)
    }

    private static func batches(_ declared: [DeclaredResource]) -> [[DeclaredResource]] {
        var batches: [[DeclaredResource]] = []
        var bytes = 0
        for resource in declared {
            let size = JSONValue.object(resource.json).serialized().count
            if batches.isEmpty || bytes + size > batchBytes || (batches.last?.count ?? 0) >= batchCount {
                batches.append([])
                bytes = 0
            }
            batches[batches.count - 1].append(resource)
            bytes += size
        }
        return batches
    }
}

extension DeclaredResource {
    fileprivate var request: JSONValue { ["kind": .string(kind.rawValue), "resource": .object(json)] }
}

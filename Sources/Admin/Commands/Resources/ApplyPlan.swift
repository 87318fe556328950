import AdminModel
import JSON
import Settings

/// What has to be done so that the daemon has what is declared, and all that speaks against it.
struct ApplyPlan: Sendable {
    /// In the order in which they are made: what a resource refers to before it, and what is deleted last, in reverse.
    private(set) var changes: [ResourceChange] = []
    /// How many resources are as they are declared.
    private(set) var unchanged = 0
    private(set) var problems: [SettingsProblem] = []

    private let present: DaemonResources
    /// The identities of all that there will be, for references.
    private var known: Set<ResourceIdentity> = []
    /// What is deleted, with its name.
    private var deleted: [ResourceIdentity: String] = [:]

    /// Compares.
    ///
    /// - Parameters:
    ///   - whole: what is declared.
    ///   - wrongNames: names of resources that are declared wrongly: they count as being there.
    ///   - present: what the daemon has.
    ///   - pruned: the kinds of which what is not declared goes.
    ///   - kept: what is not pruned all the same.
    init(
        _ whole: [WholeResource], wrongNames: [ResourceKind: [String]], present: DaemonResources,
        pruned: Set<ResourceKind>, kept: Set<ResourceIdentity> = []
    ) {
        self.present = present
        let (unique, declared) = byIdentity(whole)
        let items = Dictionary(uniqueKeysWithValues: present.items.map { (ResourceIdentity($0.kind, $0.resource), $0) })
        for item in present.items {
            let identity = ResourceIdentity(item.kind, item.resource)
            if pruned.contains(item.kind), declared[identity] == nil, !kept.contains(identity),
                !(wrongNames[item.kind] ?? []).contains(item.kind.name(of: item.resource))
            {
                deleted[identity] = item.kind.name(of: item.resource)
            } else {
                known.insert(identity)
            }
        }
        known.formUnion(declared.keys)
        for (kind, names) in wrongNames { known.formUnion(names.map { ResourceIdentity(kind, name: $0) }) }
        for resource in unique { compare(resource, with: items[resource.identity]) }
        for item in present.items.reversed() where deleted[ResourceIdentity(item.kind, item.resource)] != nil {
            changes.append(
                ResourceChange(
                    action: .delete, kind: item.kind, before: item.resource, after: nil, ids: item.ids))
        }
        checkUse(declared)
        let order = Dictionary(uniqueKeysWithValues: zip(ResourceKind.allCases, 0...))
        let rank = { (change: ResourceChange) in
            let place = order[change.kind] ?? 0
            return change.action == .delete ? 2 * order.count - place : place
        }
        // Stable: within a kind the order of the files stays.
        changes = changes.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
            .map(\.element)
    }

    /// Adds what was found before the comparison.
    mutating func add(_ problems: [SettingsProblem]) { self.problems += problems }

    /// The first declaration of each resource; another one is a problem.
    private mutating func byIdentity(
        _ whole: [WholeResource]
    ) -> (unique: [WholeResource], byIdentity: [ResourceIdentity: WholeResource]) {
        var unique: [WholeResource] = []
        var found: [ResourceIdentity: WholeResource] = [:]
        for resource in whole {
            if let first = found[resource.identity] {
                let message = "is declared twice: the first is \(first.declared.place)"
                problems.append(resource.declared.problem(message, at: "name"))
            } else {
                found[resource.identity] = resource
                unique.append(resource)
            }
        }
        return (unique, found)
    }

    private mutating func compare(_ resource: WholeResource, with item: DaemonResources.Item?) {
        if let item, item.resource == resource.resource { return unchanged += 1 }
        let kind = resource.declared.kind
        if let reason = present.leftOut[resource.identity] {
            problems.append(
                resource.declared.problem("is there, but \(reason): delete the \(kind.noun) first", at: "name"))
        }
        checkReferences(of: resource)
        if let item { checkFixed(resource, item.resource) }
        changes.append(
            ResourceChange(
                action: item == nil ? .create : .update, kind: kind, before: item?.resource,
                after: resource.resource, ids: item?.ids ?? [], place: resource.declared.place))
    }

    // MARK: What speaks against it

    private mutating func checkReferences(of resource: WholeResource) {
        for (path, kind, name) in resource.declared.kind.references(of: resource.resource, project: present.project)
        where !known.contains(ResourceIdentity(kind, name: name)) {
            let goes = deleted[ResourceIdentity(kind, name: name)] != nil
            problems.append(
                resource.declared.problem(
                    goes
                        ? "is a \(kind.noun) that no file declares, and that would be pruned"
                        : "is no \(kind.noun): neither does a file declare it nor is there one", at: path))
        }
    }

    private mutating func checkFixed(_ resource: WholeResource, _ present: JSONObject) {
        let declared = resource.declared
        for member in declared.kind.members
        where member.isFixed && present[member.name] != resource.resource[member.name] {
            let old = present[member.name].map(ResourceYAML.inline) ?? "none"
            problems.append(
                declared.problem(
                    "cannot change \(member.name), which is \(old): delete the \(declared.kind.noun) first",
                    at: declared.marks[member.name] == nil ? nil : member.name))
        }
        if present["detached"] == true, resource.resource["detached"] == false {
            problems.append(
                declared.problem(
                    "is detached, for good: delete the subscription first, or declare detached: true", at: "detached"))
        }
    }

    /// What stays and uses what goes.
    private mutating func checkUse(_ declared: [ResourceIdentity: WholeResource]) {
        guard !deleted.isEmpty else { return }
        for item in present.items {
            let identity = ResourceIdentity(item.kind, item.resource)
            guard deleted[identity] == nil, declared[identity] == nil else { continue }
            for (_, kind, name) in item.kind.references(of: item.resource, project: present.project)
            where deleted[ResourceIdentity(kind, name: name)] != nil {
                // The notifications of a bucket go with it.
                guard item.kind != .notifications || kind != .buckets else { continue }
                problems.append(
                    SettingsProblem(
                        key: kind.rawValue, value: name,
                        message: "cannot be pruned: the \(item.kind.noun) \(item.kind.name(of: item.resource)) uses it")
                )
            }
        }
    }
}

extension ResourceKind {
    /// The resources that one refers to: the member's path, and kind and name of the other.
    func references(of resource: JSONObject, project: String) -> [(path: String, kind: ResourceKind, name: String)] {
        if self == .roleBindings {
            let domain = "@\(project).iam.gserviceaccount.com"
            return [("member", "serviceAccount:", domain), ("resource", "serviceAccounts/", "")].compactMap {
                path, prefix, suffix in
                let text = resource.text(path)
                guard text.hasPrefix(prefix), text.hasSuffix(suffix) else { return nil }
                return (path, .serviceAccounts, String(text.dropFirst(prefix.count).dropLast(suffix.count)))
            }
        }
        return Self.references(members, in: resource, at: "")
    }

    private static func references(
        _ members: [ResourceMember], in object: JSONObject, at place: String
    ) -> [(path: String, kind: ResourceKind, name: String)] {
        members.flatMap { member -> [(path: String, kind: ResourceKind, name: String)] in
            let path = place.isEmpty ? member.name : "\(place).\(member.name)"
            switch (member.type, object[member.name]) {
            case (.object(let inner), .object(let value)?): return references(inner, in: value, at: path)
            case (_, .string(let name)?): return member.refersTo.map { [(path, $0, name)] } ?? []
            default: return []
            }
        }
    }
}

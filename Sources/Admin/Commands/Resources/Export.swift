import AdminModel
import ArgumentParser
import JSON

/// `trivetctl export`.
struct Export: LeafCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show all resources as a file that apply reads.",
        discussion: """
            The default format is YAML here. Objects, entities, messages and keys are no resources: a backup has them.
            """)

    @Option(
        help: ArgumentHelp(
            "Only these, with commas: \(ResourceKind.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "kinds"))
    var kinds: ResourceKinds?

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> ExportedResources {
        let present = try await DaemonResources.ask(
            global.client(in: context), kinds: kinds?.kinds ?? ResourceKind.allCases)
        for (identity, reason) in present.leftOut.sorted(by: { $0.key.name < $1.key.name }) {
            context.say("the \(identity.kind.noun) \(identity.name) is left out: \(reason)")
        }
        return ExportedResources(present)
    }
}

/// The value of `--kinds`.
struct ResourceKinds: ExpressibleByArgument {
    let kinds: [ResourceKind]

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false)
        kinds = names.compactMap { ResourceKind(rawValue: String($0)) }
        guard kinds.count == names.count else { return nil }
    }
}

/// All resources, by kind.
struct ExportedResources: Renderable {
    private let sections: [(ResourceKind, [JSONObject])]

    init(_ present: DaemonResources) {
        sections = ResourceKind.allCases.map { kind in
            let resources = present.items.filter { $0.kind == kind }.map { kind.shown($0.resource) }
            return (kind, kind == .roleBindings ? Self.grouped(resources) : resources)
        }
    }

    func document() throws -> Document {
        var object = JSONObject()
        for (kind, resources) in sections where !resources.isEmpty {
            object[kind.rawValue] = .array(resources.map { .object($0) })
        }
        let lines = ResourceYAML.lines(sections).map { [Cell($0)] }
        return Document(shape: .record(.object(object)), table: Table(rows: lines))
    }

    /// Bindings of one role on one resource as one, with all members.
    private static func grouped(_ bindings: [JSONObject]) -> [JSONObject] {
        var groups: [JSONObject] = []
        for var binding in bindings {
            let member = binding["member"] ?? .null
            binding["member"] = nil
            if let last = groups.indices.last, case var group = groups[last], let members = group["members"]?.array {
                group["members"] = nil
                if group == binding {
                    groups[last]["members"] = .array(members + [member])
                    continue
                }
            }
            groups.append(binding.with("members", [member]))
        }
        return groups
    }
}

import AdminModel
import ArgumentParser
import Settings

/// `trivetctl apply -f FILE`.
struct Apply: LeafCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the daemon have the resources that files declare.",
        discussion: """
            What is as declared is left alone; what a declaration leaves out has its default. Nothing is deleted \
            without --prune. All that is wrong with the files is told before anything is changed. docs/apply.md has \
            the form of the files.
            """)

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp("A YAML file, a folder of them, or - for stdin; may be repeated.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var files: [String] = []

    @Flag(help: "Only show what would be changed; exits 6 when that is anything.")
    var dryRun = false

    @Flag(
        help: """
            Also delete what no file declares, of the kinds of which the files have a section; asks before on a \
            terminal. Never buckets with objects.
            """)
    var prune = false

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("--file is missing: name a file, a folder, or - for stdin") }
        guard files.count(where: { $0 == "-" }) <= 1 else { throw ValidationError("stdin can be read once only") }
    }

    func answer(in context: CommandContext) async throws -> ApplyReport {
        let sources = try ResourceSources.read(files, in: context).map { ResourceFile($0.bytes, name: $0.name) }
        let client = global.client(in: context)
        let (plan, present) = try await plan(sources, client: client, context: context)
        guard plan.problems.isEmpty else { throw Self.refusal(plan.problems) }
        guard !dryRun, !plan.changes.isEmpty else {
            return ApplyReport(
                changes: plan.changes, unchanged: plan.unchanged, isDryRun: dryRun,
                exitStatus: plan.changes.isEmpty ? .done : .differs)
        }
        try confirm(plan.changes.filter { $0.action == .delete }, in: context)
        let (changes, failure) = await ApplyRun(client: client, project: present.project).make(plan.changes)
        if let failure { context.say(Self.account(of: changes, failure)) }
        return ApplyReport(
            changes: changes, unchanged: plan.unchanged, isDryRun: false, exitStatus: Self.status(of: failure))
    }

    /// Compares; the files' own mistakes are told even if nobody answers.
    private func plan(
        _ sources: [ResourceFile], client: AdminClient, context: CommandContext
    ) async throws -> (ApplyPlan, DaemonResources) {
        let wrongForm = sources.flatMap(\.problems)
        do {
            let (whole, wrong) = try await WholeResource.complete(sources.flatMap(\.resources), by: client)
            let present = try await DaemonResources.ask(client, kinds: ResourceKind.allCases)
            let pruned: Set<ResourceKind> = prune ? Set(sources.flatMap(\.kinds)) : []
            var wrongNames: [ResourceKind: [String]] = [:]
            for (kind, names) in sources.flatMap(\.wrongNames) { wrongNames[kind, default: []] += names }
            for (declared, _) in wrong { wrongNames[declared.kind, default: []].append(declared.json.text("name")) }
            let kept = try await keptBuckets(whole, present, pruned: pruned, client: client, context: context)
            var plan = ApplyPlan(whole, wrongNames: wrongNames, present: present, pruned: pruned, kept: kept)
            plan.add(wrongForm + wrong.map(\.1))
            return (plan, present)
        } catch  where !wrongForm.isEmpty {
            throw Self.refusal(wrongForm)
        }
    }

    /// Buckets that would be pruned but have objects.
    private func keptBuckets(
        _ whole: [WholeResource], _ present: DaemonResources, pruned: Set<ResourceKind>, client: AdminClient,
        context: CommandContext
    ) async throws -> Set<ResourceIdentity> {
        guard pruned.contains(.buckets) else { return [] }
        let declared = Set(whole.map(\.identity))
        var kept: Set<ResourceIdentity> = []
        for item in present.items where item.kind == .buckets {
            let identity = ResourceIdentity(item.kind, item.resource)
            guard !declared.contains(identity) else { continue }
            let objects = try await client.get(
                ObjectResources.self, StorageClient.objects(identity.name), query: [("maxResults", "1")])
            guard objects.items?.isEmpty == false else { continue }
            kept.insert(identity)
            context.say("the bucket \(identity.name) is not pruned: it has objects")
        }
        return kept
    }

    private func confirm(_ deletions: [ResourceChange], in context: CommandContext) throws {
        guard !deletions.isEmpty else { return }
        let names = deletions.prefix(20).map(\.title).joined(separator: ", ")
        let more = deletions.count > 20 ? " and \(deletions.count - 20) more" : ""
        try confirmation.confirm("Delete what no file declares: \(names)\(more)?", in: context)
    }

    // MARK: Failures

    private static func refusal(_ problems: [SettingsProblem]) -> CommandError {
        let sorted = problems.enumerated().sorted { left, right in
            (left.element.file ?? "", left.element.line ?? 0, left.offset)
                < (right.element.file ?? "", right.element.line ?? 0, right.offset)
        }
        let lines = sorted.map(\.element.description).joined(separator: "\n")
        return CommandError(.usage, "\(lines)\nnothing was changed: \(problems.count) to mend")
    }

    /// What was done, and what was not.
    private static func account(of changes: [ResourceChange], _ failure: CommandError) -> String {
        let done = changes.count { $0.state == .done }
        let failed = changes.compactMap { change -> String? in
            guard case .failed(let message) = change.state else { return nil }
            return "\(change.place.map { "\($0): " } ?? "")\(change.title): \(message)"
        }
        let rest = changes.count - done - failed.count
        return """
            \(failed.joined(separator: "\n"))
            \(done) of \(changes.count) changes were made, \(failed.count) failed, \(rest) were not tried; \
            apply again to make the rest
            """
    }

    private static func status(of failure: CommandError?) -> ExitStatus {
        switch failure?.status {
        case nil: .done
        case .unreachable?: .unreachable
        case .refused?: .refused
        default: .failed
        }
    }
}

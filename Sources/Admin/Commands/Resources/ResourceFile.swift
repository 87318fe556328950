import AdminModel
import JSON
import Settings
import YAML
import Yams

/// What a file declares, and all that is wrong with its form.
struct ResourceFile: Sendable {
    /// The resources whose form is right.
    private(set) var resources: [DeclaredResource] = []
    /// The kinds of which the file has a section, empty ones too.
    private(set) var kinds: Set<ResourceKind> = []
    /// The names of resources whose form is wrong: others may refer to them all the same.
    private(set) var wrongNames: [ResourceKind: [String]] = [:]
    private(set) var problems: [SettingsProblem] = []
    private let name: String
    private let allowed: [ResourceKind]

    /// A file of this size would hold some hundred thousand resources: a larger one is a mistake.
    private static let longest = 16 << 20

    /// Reads a file's bytes.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - name: its name, for problems.
    ///   - allowed: the kinds that it may declare.
    init(_ bytes: [UInt8], name: String, allowed: [ResourceKind] = ResourceKind.allCases) {
        self.name = name
        self.allowed = allowed
        do throws(YAMLProblem) {
            guard bytes.count <= Self.longest else {
                throw YAMLProblem(message: "is larger than \(ByteCountText.string(Self.longest))")
            }
            let root = try YAMLDocument.parse(YAMLText.decode(bytes))
            guard let root, root.scalar?.isNull != true else { throw YAMLProblem(message: "is empty: \(wanted)") }
            guard let mapping = root.mapping else {
                throw YAMLProblem(message: "declares nothing: \(wanted)", line: root.mark?.line)
            }
            readSections(mapping)
        } catch {
            problems.append(
                SettingsProblem(key: "", value: error.value, message: error.message, file: name, line: error.line))
        }
    }

    private var wanted: String { "it has lists named \(allowed.map(\.rawValue).joined(separator: ", "))" }

    private mutating func readSections(_ mapping: Node.Mapping) {
        var reader = ResourceReader(file: name)
        for (key, value) in reader.members(mapping, at: "") {
            guard let kind = ResourceKind(rawValue: key.name), allowed.contains(kind) else {
                reader.reportUnknown(key, at: "", known: allowed.map(\.rawValue))
                continue
            }
            kinds.insert(kind)
            guard let list = value.sequence else {
                reader.report(
                    kind.rawValue, reader.shown(value), "is not a list; [] is a list of nothing", line: key.line)
                continue
            }
            for (index, node) in list.enumerated() {
                read(node, kind, index, with: &reader)
            }
        }
        problems += reader.problems
    }

    private mutating func read(_ node: Node, _ kind: ResourceKind, _ index: Int, with reader: inout ResourceReader) {
        let name = node.mapping?.first { $0.key.scalar?.string == "name" }?.value.scalar?.string
        let label = "\(kind.rawValue)[\(name ?? index.description)]"
        let count = reader.problems.count
        reader.begin()
        let json = reader.object(node, kind.members, at: label)
        guard let json, reader.problems.count == count else {
            if let name { wrongNames[kind, default: []].append(name) }
            return
        }
        let declared = DeclaredResource(
            kind: kind, json: json, file: self.name, line: node.mark?.line ?? 1, label: label, marks: reader.marks)
        switch kind {
        case .roleBindings: resources += declared.bindings
        case .jobs:
            if let problem = declared.doubleBody { return problems.append(problem) }
            resources.append(declared.with(JobBodyText.encoded(json)))
        default: resources.append(declared)
        }
    }
}

extension DeclaredResource {
    /// The same with other members.
    fileprivate func with(_ json: JSONObject, line: Int? = nil, marks: [String: Mark]? = nil) -> DeclaredResource {
        DeclaredResource(
            kind: kind, json: json, file: file, line: line ?? self.line, label: label, marks: marks ?? self.marks)
    }

    /// A binding of several members, one by one.
    fileprivate var bindings: [DeclaredResource] {
        (json["members"]?.array ?? []).enumerated().map { index, member in
            var one = json
            one["members"] = nil
            one["member"] = member
            let mark = marks["members[\(index)]"]
            var marks = marks
            marks["member"] = mark
            return with(one, line: mark?.line, marks: marks)
        }
    }

    /// What is wrong with a job that has its body twice.
    fileprivate var doubleBody: SettingsProblem? {
        for (target, bytes) in JobBodyText.targets {
            guard let object = json[target]?.object, object[bytes] != nil, object[JobBodyText.member] != nil else {
                continue
            }
            return problem(
                "stands beside \(bytes), which is the same in Base64", at: "\(target).\(JobBodyText.member)")
        }
        return nil
    }
}

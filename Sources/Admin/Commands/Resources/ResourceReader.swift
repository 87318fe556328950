import JSON
import Settings
import YAML
import Yams

/// Turns the nodes of a file into JSON of the wanted types, notes where each value stands, and gathers all that is
/// wrong.
struct ResourceReader {
    /// A key of a mapping.
    struct Key {
        let name: String
        let line: Int
    }

    let file: String
    private(set) var problems: [SettingsProblem] = []
    /// Where the members of the resource stand that is being read.
    private(set) var marks: [String: DeclaredResource.Mark] = [:]
    private var label = ""
    /// YAML's aliases let a few lines stand for any number of values: there is an end to them.
    private var valuesLeft = 1_000_000

    init(file: String) { self.file = file }

    /// Begins another resource.
    mutating func begin() { marks = [:] }

    // MARK: Problems

    mutating func report(_ key: String, _ value: String?, _ message: String, line: Int?) {
        problems.append(SettingsProblem(key: key, value: value, message: message, file: file, line: line))
    }

    mutating func reportUnknown(_ key: Key, at place: String, known: [String]) {
        let path = place.isEmpty ? key.name : "\(place).\(key.name)"
        let near = NearestName.of(key.name, in: known).map { "did you mean \($0)?" }
        report(
            path, nil, "is not known here; \(near ?? "there are: \(known.joined(separator: ", "))")", line: key.line)
    }

    func shown(_ node: Node) -> String? {
        switch node {
        case .scalar(let scalar): scalar.string
        case .sequence: "[…]"
        case .mapping, .alias: "{…}"
        }
    }

    // MARK: Values

    /// The members of a mapping whose keys are texts, each once.
    mutating func members(_ mapping: Node.Mapping, at place: String) -> [(Key, Node)] {
        var seen: [String: Int] = [:]
        var members: [(Key, Node)] = []
        for (node, value) in mapping {
            guard let name = node.scalar?.string else {
                report(place, shown(node), "is a key that is not a text", line: node.mark?.line)
                continue
            }
            let key = Key(name: name, line: node.mark?.line ?? 1)
            if let first = seen[name] {
                report(
                    place.isEmpty ? name : "\(place).\(name)", nil, "stands twice: the first is on line \(first)",
                    line: key.line)
                continue
            }
            seen[name] = key.line
            members.append((key, value))
        }
        return members
    }

    /// A resource: its own members have paths below it.
    mutating func object(_ node: Node, _ members: [ResourceMember], at label: String) -> JSONObject? {
        self.label = label
        return object(node, members, path: "", line: node.mark?.line ?? 1)
    }

    private mutating func object(
        _ node: Node, _ members: [ResourceMember], path: String, line: Int
    ) -> JSONObject? {
        guard let mapping = node.mapping else {
            let names = members.map(\.name).joined(separator: ", ")
            return wrong(node, "is not a mapping of \(names)", path, line)
        }
        var object = JSONObject()
        for (key, value) in self.members(mapping, at: full(path)) {
            guard let member = members.first(where: { $0.name.hasSameBytes(as: key.name) }) else {
                reportUnknown(key, at: full(path), known: members.map(\.name))
                continue
            }
            object[key.name] = self.value(value, member.type, path: join(path, key.name), line: key.line) ?? .null
        }
        for member in members where member.isRequired {
            let path = join(path, member.name)
            switch object[member.name] {
            case nil: report(full(path), nil, "is missing", line: line)
            case .array([])?, .string("")?: report(full(path), nil, "is empty", line: marks[path]?.line ?? line)
            default: break
            }
        }
        return object
    }

    private mutating func value(_ node: Node, _ type: MemberType, path: String, line: Int) -> JSONValue? {
        valuesLeft -= 1
        guard valuesLeft > 0 else {
            if valuesLeft == 0 { report("", nil, "has too many values, by its aliases", line: line) }
            return nil
        }
        marks[path] = DeclaredResource.Mark(line: line, value: node.scalar.map { $0.isNull ? "" : $0.string })
        switch type {
        case .text: return text(node, "a text", path, line).map { .string($0) }
        case .duration: return text(node, "a duration such as 10m or 1.5s", path, line).map { .string($0) }
        case .choice(let known): return choice(node, known, path, line).map { .string($0) }
        case .number: return number(node, path, line)
        case .flag: return flag(node, path, line)
        case .texts: return list(node, .text, path, line)
        case .choices(let known): return list(node, .choice(known), path, line)
        case .map: return map(node, path, line)
        case .object(let members): return object(node, members, path: path, line: line).map { .object($0) }
        case .objects(let members): return list(node, .object(members), path, line)
        }
    }

    private mutating func text(_ node: Node, _ wanted: String, _ path: String, _ line: Int) -> String? {
        guard let scalar = node.scalar else { return wrong(node, "is not \(wanted)", path, line) }
        if scalar.isNull { return wrong(nil, "has no value: leave it out for the default", path, line) }
        if !scalar.isQuoted {
            if Double(scalar.string) != nil {
                let advice = wanted == "a text" ? "put it in quotes to make it a text" : "write \(wanted)"
                return wrong(node, "is a number: \(advice)", path, line)
            }
            if scalar.string == "true" || scalar.string == "false" {
                return wrong(node, "is a boolean: put it in quotes to make it a text", path, line)
            }
        }
        return scalar.string
    }

    private mutating func choice(_ node: Node, _ known: [String], _ path: String, _ line: Int) -> String? {
        guard let text = text(node, "a text", path, line) else { return nil }
        if known.contains(where: { $0.hasSameBytes(as: text) }) { return text }
        let near = NearestName.of(text, in: known).map { "; did you mean \($0)?" } ?? ""
        return wrong(node, "is none of \(known.joined(separator: ", "))\(near)", path, line)
    }

    private mutating func number(_ node: Node, _ path: String, _ line: Int) -> JSONValue? {
        guard let scalar = node.scalar, !scalar.isQuoted, let number = Int64(scalar.string) else {
            return wrong(node, "is not a whole number", path, line)
        }
        return .integer(number)
    }

    private mutating func flag(_ node: Node, _ path: String, _ line: Int) -> JSONValue? {
        if let scalar = node.scalar, !scalar.isQuoted {
            if ["true", "yes"].contains(scalar.string) { return true }
            if ["false", "no"].contains(scalar.string) { return false }
        }
        return wrong(node, "is neither true nor false", path, line)
    }

    private mutating func list(_ node: Node, _ type: MemberType, _ path: String, _ line: Int) -> JSONValue? {
        guard let list = node.sequence else { return wrong(node, "is not a list", path, line) }
        var values: [JSONValue] = []
        for (index, item) in list.enumerated() where valuesLeft > 0 {
            let place = "\(path)[\(index)]"
            values.append(value(item, type, path: place, line: item.mark?.line ?? line) ?? .null)
        }
        return .array(values)
    }

    private mutating func map(_ node: Node, _ path: String, _ line: Int) -> JSONValue? {
        guard let mapping = node.mapping else { return wrong(node, "is not a mapping of texts", path, line) }
        var object = JSONObject()
        for (key, value) in members(mapping, at: full(path)) where valuesLeft > 0 {
            object[key.name] = self.value(value, .text, path: join(path, key.name), line: key.line) ?? .null
        }
        return .object(object)
    }

    private mutating func wrong<Value>(_ node: Node?, _ message: String, _ path: String, _ line: Int) -> Value? {
        report(full(path), node.flatMap(shown), message, line: line)
        return nil
    }

    private func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
    private func full(_ path: String) -> String { path.isEmpty ? label : "\(label).\(path)" }
}

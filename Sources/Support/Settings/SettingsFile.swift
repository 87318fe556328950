import YAML
import Yams

/// The settings file: its values by key, and what is wrong with its keys.
struct SettingsFile {
    let path: String
    /// The values of keys that the catalogue knows, still without types.
    private(set) var values: [String: SettingNode] = [:]
    private(set) var problems: [SettingsProblem] = []

    /// Reads the file at `path`.
    init(path: String) {
        self.path = path
        do throws(SettingRefusal) {
            guard let root = try Self.root(path) else { return }
            switch root {
            case .mapping(let mapping): walk(mapping, section: "")
            case .scalar(let scalar) where scalar.isNull: break
            default: report("", root, "holds no settings: it begins with a key, such as \"project: my-project\"")
            }
        } catch {
            problems.append(
                SettingsProblem(key: "", value: error.value, message: error.message, file: path, line: error.line))
        }
    }

    private static func root(_ path: String) throws(SettingRefusal) -> Node? {
        let text = try SettingsText.read(path)
        do throws(YAMLProblem) {
            return try YAMLDocument.parse(text)
        } catch {
            throw SettingRefusal(error)
        }
    }

    private mutating func walk(_ mapping: Node.Mapping, section: String) {
        var lines: [String: Int] = [:]
        for (keyNode, value) in mapping {
            guard case .scalar(let scalar) = keyNode else {
                report(section, keyNode, "has a key that is not a text")
                continue
            }
            let name = scalar.string
            let key = section.isEmpty ? name : "\(section).\(name)"
            let line = keyNode.mark?.line ?? 1
            if let first = lines[name] {
                report(key, keyNode, "stands twice: the first is on line \(first)")
                continue
            }
            lines[name] = line
            take(name, key, value, section: section, line: line)
        }
    }

    private mutating func take(_ name: String, _ key: String, _ value: Node, section: String, line: Int) {
        let node = Self.convert(value, line: line)
        // A key that itself holds a dot looks like a path, but YAML means another thing by it.
        if name.utf8.contains(UInt8(ascii: ".")) {
            reportUnknown(name, key, section: section, line: line)
        } else if SettingsCatalog.byName[key] != nil {
            values[key] = node
        } else if SettingsCatalog.sections.contains(key) {
            if case .mapping(let mapping) = value {
                walk(mapping, section: key)
            } else if !node.content.isNull {
                let names = Self.names(in: key).joined(separator: ", ")
                let problem = "is a value where a section is wanted, with the keys \(names)"
                problems.append(SettingsProblem(key: key, value: node.shown, message: problem, file: path, line: line))
            }
        } else {
            reportUnknown(name, key, section: section, line: line)
        }
    }

    private mutating func report(_ key: String, _ node: Node, _ message: String) {
        problems.append(SettingsProblem(key: key, message: message, file: path, line: node.mark?.line))
    }

    private mutating func reportUnknown(_ name: String, _ key: String, section: String, line: Int) {
        var message = "is not a setting"
        if SettingsCatalog.byName[key] != nil {
            message += " in this form: nest it, a section a level"
        } else if let near = NearestName.of(name, in: Self.names(in: section)) {
            message += "; did you mean \(section.isEmpty ? near : "\(section).\(near)")?"
        } else if let other = SettingsCatalog.keys.first(where: { $0.name.split(separator: ".").last == name[...] }) {
            message += "; did you mean \(other.name)?"
        } else {
            let place = section.isEmpty ? "the top level" : section
            message += ": \(place) takes \(Self.names(in: section).joined(separator: ", "))"
        }
        problems.append(SettingsProblem(key: key, message: message, file: path, line: line))
    }

    /// The names of the keys and sections that stand directly in a section, in the catalogue's order.
    private static func names(in section: String) -> [String] {
        let prefix = section.isEmpty ? "" : section + "."
        var names: [String] = []
        for key in SettingsCatalog.keys where key.name.hasPrefix(prefix) {
            let name = String(key.name.dropFirst(prefix.count).prefix { $0 != "." })
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    private static func convert(_ node: Node, line: Int) -> SettingNode {
        switch node {
        case .scalar(let scalar):
            SettingNode(content: SettingNode.content(scalar), line: line)
        case .sequence(let sequence):
            SettingNode(content: .list(sequence.map(Self.element)), line: line)
        case .mapping, .alias:
            SettingNode(content: .section, line: line)
        }
    }

    private static func element(_ node: Node) -> SettingNode {
        let line = node.mark?.line ?? 1
        if case .sequence = node { return SettingNode(content: .nestedList, line: line) }
        return convert(node, line: line)
    }
}

extension SettingNode.Content {
    /// Whether it is YAML's null.
    var isNull: Bool {
        if case .null = self { true } else { false }
    }
}

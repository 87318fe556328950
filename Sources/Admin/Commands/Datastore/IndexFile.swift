import AdminModel
import Yams

/// The lab's `index.yaml`.
enum IndexFile {
    /// Reads the definitions, strictly: what is not understood is an error with its line.
    static func parse(_ bytes: [UInt8], name: String) throws(CommandError) -> [IndexBody] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandError(.usage, "\(name): the file is not UTF-8")
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw CommandError(.usage, "\(name): \(error)")
        }
        let reader = IndexFileReader(name: name)
        guard let root else { throw CommandError(.usage, "\(name): the file is empty; it starts with indexes:") }
        let members = try reader.members(of: root, allowed: ["indexes"])
        guard let list = members["indexes"]?.sequence else {
            throw reader.problem("indexes has to be a list", at: root)
        }
        var definitions: [IndexBody] = []
        for node in list { definitions.append(try reader.definition(node)) }
        return definitions
    }
}

/// Turns the nodes of one file into definitions.
private struct IndexFileReader {
    let name: String

    func problem(_ message: String, at node: Node) -> CommandError {
        CommandError(.usage, "\(name)\(node.mark.map { ":\($0.line)" } ?? ""): \(message)")
    }

    func members(of node: Node, allowed: [String]) throws(CommandError) -> [String: Node] {
        guard let mapping = node.mapping else {
            throw problem("expected a mapping of \(allowed.joined(separator: ", "))", at: node)
        }
        var members: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.string, allowed.contains(name) else {
                throw problem(
                    "unknown key \(key.string ?? "?"); there are: \(allowed.joined(separator: ", "))", at: key)
            }
            members[name] = value
        }
        return members
    }

    func definition(_ node: Node) throws(CommandError) -> IndexBody {
        let members = try members(of: node, allowed: ["kind", "ancestor", "properties"])
        guard let kind = members["kind"]?.scalar?.string, !kind.isEmpty else {
            throw problem("kind is missing", at: node)
        }
        guard let list = members["properties"]?.sequence, !list.isEmpty else {
            throw problem("properties has to be a list with at least one name", at: node)
        }
        var properties: [IndexBody.Property] = []
        for item in list { properties.append(try property(item)) }
        return IndexBody(kind: kind, ancestor: try ancestor(members["ancestor"]), properties: properties)
    }

    private func ancestor(_ node: Node?) throws(CommandError) -> Bool {
        guard let node else { return false }
        switch node.scalar?.string.lowercased() {
        case "yes", "true": return true
        case "no", "false": return false
        default: throw problem("ancestor is yes or no", at: node)
        }
    }

    private func property(_ node: Node) throws(CommandError) -> IndexBody.Property {
        let members = try members(of: node, allowed: ["name", "direction"])
        guard let name = members["name"]?.scalar?.string, !name.isEmpty else {
            throw problem("a property's name is missing", at: node)
        }
        guard let direction = members["direction"] else { return .init(name: name, direction: "asc") }
        switch direction.scalar?.string {
        case "asc"?: return .init(name: name, direction: "asc")
        case "desc"?: return .init(name: name, direction: "desc")
        default: throw problem("direction is asc or desc", at: direction)
        }
    }
}

import Hosting
import JSON

/// One place in the metadata server's tree.
indirect enum MetadataNode: Sendable {
    /// Names, and what is behind each.
    case directory([(name: String, node: MetadataNode)])
    /// A text.
    case text(String)
    /// Texts, one a line.
    case lines([String])
    /// What is made when it is asked for, and left out of whole trees.
    case made(@Sendable (HostedRequest) async throws -> HostedResponse)

    /// Every node below this one and itself, by its path; a directory's ends with a slash.
    func all(at path: String) -> [(path: String, node: MetadataNode)] {
        guard case .directory(let entries) = self else { return [(path, self)] }
        return [("\(path)/", self)] + entries.flatMap { name, node in node.all(at: "\(path)/\(name)") }
    }

    /// What a directory lists: a name a line, with a slash behind those of directories.
    var listing: String {
        switch self {
        case .directory(let entries):
            entries.map { name, node in
                if case .directory = node { "\(name)/\n" } else { "\(name)\n" }
            }.joined()
        case .text(let text): text
        case .lines(let lines): lines.map { "\($0)\n" }.joined()
        case .made: ""
        }
    }

    /// All of it; nil for what is only made when it is asked for.
    var json: JSONValue? {
        switch self {
        case .directory(let entries):
            var object = JSONObject()
            for (name, node) in entries { object[Self.camelCase(name)] = node.json }
            return .object(object)
        case .text(let text): return .string(text)
        case .lines(let lines): return .array(lines.map { .string($0) })
        case .made: return nil
        }
    }

    /// All of it as lines of a path and a text.
    func lines(at path: String = "") -> [String] {
        switch self {
        case .directory(let entries):
            entries.flatMap { name, node in node.lines(at: path.isEmpty ? name : "\(path)/\(name)") }
        case .text(let text): ["\(path) \(text)"]
        case .lines(let lines): ["\(path) \(lines.joined(separator: " "))"]
        case .made: []
        }
    }

    /// Names have hyphens in paths and capitals in JSON; the emails of accounts stay as they are.
    private static func camelCase(_ name: String) -> String {
        guard !name.contains("@") else { return name }
        let words = name.split(separator: "-")
        return words.enumerated().map { $0 == 0 ? String($1) : $1.prefix(1).uppercased() + $1.dropFirst() }.joined()
    }
}

import AdminModel
import JSON
import Settings

/// A resource as a file declares it, and where.
struct DeclaredResource: Sendable {
    /// Where a member stands.
    struct Mark: Sendable, Hashable {
        let line: Int
        /// The value, where it is a single one.
        let value: String?
    }

    let kind: ResourceKind
    /// As the daemon takes it.
    let json: JSONObject
    let file: String
    let line: Int
    /// What the file's problems call it, such as `topics[orders]`.
    let label: String
    /// The members' marks by their paths, such as `retryPolicy.minimumBackoff`.
    let marks: [String: Mark]

    /// `FILE:LINE`.
    var place: String { "\(file):\(line)" }

    /// A problem of a member, or where there is none of that path, of the resource.
    func problem(_ message: String, at path: String? = nil) -> SettingsProblem {
        guard let path, let mark = marks[path] else {
            return SettingsProblem(key: label, message: message, file: file, line: line)
        }
        return SettingsProblem(
            key: "\(label).\(path)", value: mark.value, message: message, file: file, line: mark.line)
    }

    /// A problem in the daemon's words: of the member that it names, or else of the innermost that its words do.
    func problem(said message: String, of member: String = "") -> SettingsProblem {
        if marks[member] != nil { return problem(message, at: member) }
        let said = Self.words(message)
        let named = marks.keys.filter { path in
            let name = String(path.split(separator: ".").last?.prefix { $0 != "[" } ?? "")
            return said.contains(" \(name) ") || said.contains(Self.words(Self.spoken(name)))
        }
        let depth = { (path: String) in path.utf8.count { $0 == UInt8(ascii: ".") } }
        let innermost = named.min { (-depth($0), marks[$0]?.line ?? 0, $0) < (-depth($1), marks[$1]?.line ?? 0, $1) }
        return problem(message, at: innermost)
    }

    /// The words of a text, with a blank before and behind each.
    private static func words(_ text: String) -> String {
        " " + text.split { !$0.isLetter && !$0.isNumber }.joined(separator: " ") + " "
    }

    /// A member's name as people say it: `attemptDeadline` is the attempt deadline.
    private static func spoken(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? " \($1.lowercased())" : String($1) }
    }
}

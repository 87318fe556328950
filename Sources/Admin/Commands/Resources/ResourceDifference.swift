import JSON

/// A member whose value is to be another one.
struct ResourceDifference: Sendable, Hashable {
    /// The path of the member, such as `retryPolicy.minimumBackoff`.
    let member: String
    /// The value that is there; nil for none.
    let before: JSONValue?
    /// The value that is declared; nil for none.
    let after: JSONValue?

    /// What differs, by path. A list is one value. An empty object or list is none; of what is made, so is an empty
    /// text.
    static func between(_ before: JSONObject?, _ after: JSONObject?) -> [ResourceDifference] {
        let (old, new) = (leaves(before), leaves(after, isNew: before == nil))
        return Set(old.keys).union(new.keys).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.compactMap {
            path in
            let (before, after) = (old[path], new[path])
            return before == after ? nil : ResourceDifference(member: path.text, before: before, after: after)
        }
    }

    private static func leaves(_ object: JSONObject?, isNew: Bool = false) -> [Path: JSONValue] {
        var leaves: [Path: JSONValue] = [:]
        func walk(_ object: JSONObject, _ prefix: String) {
            for member in object {
                let path = prefix.isEmpty ? member.name : "\(prefix).\(member.name)"
                switch member.value {
                case .object(let inner) where !inner.isEmpty: walk(inner, path)
                case .object, .array([]), .null: break
                case .string("") where isNew: break
                default: leaves[Path(text: path)] = member.value
                }
            }
        }
        if let object { walk(object, "") }
        return leaves
    }

    /// A path, compared by its bytes: names of labels and headers may be any text.
    private struct Path: Hashable {
        let text: String
        var bytes: String.UTF8View { text.utf8 }
        static func == (left: Path, right: Path) -> Bool { left.text.hasSameBytes(as: right.text) }
        func hash(into hasher: inout Hasher) { hasher.combineBytes(of: text) }
    }
}

extension JSONObject {
    /// The merge patch (RFC 7396) that makes another object of this one.
    func patch(to other: JSONObject) -> JSONObject {
        var patch = JSONObject()
        for member in self where other[member.name] == nil { patch[member.name] = .null }
        for member in other where self[member.name] != member.value {
            if let old = self[member.name]?.object, let new = member.value.object {
                patch[member.name] = .object(old.patch(to: new))
            } else {
                patch[member.name] = member.value
            }
        }
        return patch
    }
}

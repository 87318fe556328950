import AdminModel
import JSON

/// What `apply` did, or would do.
struct ApplyReport: Renderable {
    let changes: [ResourceChange]
    let unchanged: Int
    let isDryRun: Bool
    let exitStatus: ExitStatus

    func document() throws -> Document {
        Document(
            shape: .list(changes.map(\.json)),
            table: Table(rows: (changes.flatMap(\.cells) + [Cell(summary)]).map { [$0] }))
    }

    /// A line that tells how much of what.
    private var summary: String {
        guard !changes.isEmpty else { return "unchanged: \(unchanged) resources are as declared" }
        let words: [(ResourceChange.Action, String)] =
            isDryRun
            ? [(.create, "to create"), (.update, "to update"), (.delete, "to delete")]
            : [(.create, "created"), (.update, "updated"), (.delete, "deleted")]
        var parts = words.map { action, word in
            let count = changes.count { $0.action == action && (isDryRun || $0.state == .done) }
            return "\(count) \(word)"
        }
        parts.append("\(unchanged) unchanged")
        if !isDryRun {
            let failed = changes.count { if case .failed = $0.state { true } else { false } }
            let notDone = changes.count { $0.state == .notDone }
            if failed > 0 { parts += ["\(failed) failed", "\(notDone) not done"] }
        }
        return (isDryRun ? "dry run: " : "") + parts.joined(separator: ", ")
    }
}

extension ResourceChange {
    fileprivate var json: JSONValue {
        var object = JSONObject()
        object["action"] = .string(action.rawValue)
        object["kind"] = .string(kind.rawValue)
        object["name"] = .string(name)
        object["place"] = place.map { .string($0) }
        object["differences"] = .array(
            differences.map { difference in
                var object = JSONObject()
                object["member"] = .string(difference.member)
                object["before"] = difference.before
                object["after"] = difference.after
                return .object(object)
            })
        switch state {
        case .planned: object["state"] = "planned"
        case .done: object["state"] = "done"
        case .failed(let message):
            object["state"] = "failed"
            object["message"] = .string(message)
        case .notDone: object["state"] = "not done"
        }
        return .object(object)
    }

    /// The lines of a diff.
    fileprivate var cells: [Cell] {
        let (sign, style): (String, Cell.Style) =
            switch action {
            case .create: ("+", .good)
            case .update: ("~", .warning)
            case .delete: ("-", .bad)
            }
        var cells = [Cell("\(sign) \(title)\(word)", style)]
        if case .failed(let message) = state { cells.append(Cell("!     \(message)", .bad)) }
        // What goes is named; what it was, `export` tells before.
        guard action != .delete else { return cells }
        for difference in differences {
            if let before = difference.before {
                cells.append(Cell("-     \(difference.member): \(ResourceYAML.inline(before))", .bad))
            }
            if let after = difference.after {
                cells.append(Cell("+     \(difference.member): \(ResourceYAML.inline(after))", .good))
            }
        }
        return cells
    }

    private var word: String {
        switch state {
        case .planned, .done: ""
        case .failed: ": failed"
        case .notDone: ": not done"
        }
    }
}

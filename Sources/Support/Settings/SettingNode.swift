import YAML
import Yams

/// A value of the settings file with the line on which it stands: what YAML says, before anybody asks for a type.
struct SettingNode {
    /// The shapes a value can have.
    enum Content {
        case null
        /// A scalar that was written without quotes, so that it may be a number or a boolean.
        case plain(String)
        /// A scalar that is text, whatever it looks like.
        case quoted(String)
        case list([SettingNode])
        case section
        /// A list in a list, which no setting takes; its elements are left out, for with YAML's aliases a few lines can
        /// nest without end.
        case nestedList
    }

    let content: Content
    /// Counted from 1.
    let line: Int

    /// The value as a problem shows it; nil where there is nothing to show.
    var shown: String? {
        switch content {
        case .null: nil
        case .plain(let text), .quoted(let text): text
        case .list(let elements): "[" + elements.map { $0.shown ?? "null" }.joined(separator: ", ") + "]"
        case .section: "{…}"
        case .nestedList: "[…]"
        }
    }

    /// A scalar's content.
    static func content(_ scalar: Node.Scalar) -> Content {
        if scalar.isNull { return .null }
        return scalar.isQuoted ? .quoted(scalar.string) : .plain(scalar.string)
    }
}

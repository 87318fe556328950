import AdminModel
import JSON

/// One step of `apply`.
struct ResourceChange: Sendable {
    enum Action: String, Sendable {
        case create
        case update
        case delete
    }

    /// How far it is.
    enum State: Sendable, Hashable {
        /// A dry run does no more.
        case planned
        case done
        case failed(String)
        /// Something before it failed.
        case notDone
    }

    let action: Action
    let kind: ResourceKind
    /// What is there; nil to create.
    let before: JSONObject?
    /// What is declared; nil to delete.
    let after: JSONObject?
    /// What the daemon calls what is there.
    var ids: [String] = []
    /// `FILE:LINE` of the declaration.
    var place: String?
    var state = State.planned

    var name: String { kind.name(of: after ?? before ?? JSONObject()) }
    /// `topic orders`.
    var title: String { "\(kind.noun) \(name)" }

    var differences: [ResourceDifference] {
        ResourceDifference.between(before.map(kind.shown), after.map(kind.shown))
    }
}

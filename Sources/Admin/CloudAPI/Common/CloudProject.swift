import HTTPTypes

/// The one project that there is, by its id or its number.
struct CloudProject: Sendable {
    let id: String
    var number: Int64 { ProjectNumber.of(id) }

    /// Throws 404 for another project. Some of Google's paths may leave the project open, as `-`.
    func check(_ call: CloudCall, orAny: Bool = false) throws(CloudProblem) {
        let name = call.parameter("project")
        guard !(orAny && name == "-"), name != id, name != String(number) else { return }
        throw CloudProblem(.notFound, "notFound", "There is no project \(name); this one is \(id).")
    }

    /// The one place where everything is: what a client is told that asks for any, or for none. Whatever other one it
    /// names means the same.
    static let location = "local"

    /// The location that a path names.
    static func location(_ call: CloudCall) -> String {
        let name = call.parameter("location")
        return name.isEmpty || name == "-" ? location : name
    }
}

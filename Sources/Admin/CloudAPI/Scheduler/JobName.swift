/// `projects/P/locations/L/jobs/ID`.
struct JobName: Sendable, Hashable, CustomStringConvertible {
    let project: String
    let location: String
    let id: String

    init(project: String, location: String, id: String) {
        self.project = project
        self.location = location
        self.id = id
    }

    /// Reads a name in full; nil for what is none.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "projects", parts[2] == "locations", parts[4] == "jobs" else { return nil }
        self.init(project: parts[1], location: parts[3], id: parts[5])
    }

    /// An id for a job to which its maker gave none.
    static func newID() -> String { String(UInt64.random(in: 1 << 60...(.max))) }

    /// The name in full.
    var description: String { "projects/\(project)/locations/\(location)/jobs/\(id)" }
}

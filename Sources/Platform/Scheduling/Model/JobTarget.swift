/// What a job calls.
public enum JobTarget: Sendable, Hashable {
    /// A URL.
    case http(HTTPTarget)

    func validate() throws(SchedulingError) {
        switch self {
        case .http(let target): try target.validate()
        }
    }
}

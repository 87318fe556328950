public import Datastore

/// One call of a run: a run has more than one where the job's retry config allows it.
public struct JobAttempt: Sendable, Hashable {
    /// When the call went out.
    public let startTime: Timestamp
    /// How long it took.
    public let latency: Duration
    /// The target's HTTP status; nil when no answer came.
    public let status: Int?
    /// The beginning of the answer's body, 512 bytes at most, with blanks for control characters.
    public let answer: String?
    /// Why no answer came; or what to do about the one that came, where that is known.
    public let error: String?

    init(startTime: Timestamp, latency: Duration, status: Int? = nil, answer: String? = nil, error: String? = nil) {
        self.startTime = startTime
        self.latency = latency
        self.status = status
        self.answer = answer
        self.error = error
    }

    /// Whether the target answered with 2xx.
    var isSuccess: Bool { status.map { (200..<300).contains($0) } ?? false }

    /// What went wrong, in words.
    public var reason: String {
        guard let status else { return error ?? "no answer came" }
        let quoted = (answer ?? "").isEmpty ? "answered \(status)" : "answered \(status): \(answer ?? "")"
        return error.map { "\(quoted); \($0)" } ?? quoted
    }
}

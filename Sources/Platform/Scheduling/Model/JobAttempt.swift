public import Datastore

/// One call of a run, or one publishing: a run has more than one where the job's retry config allows it.
public struct JobAttempt: Sendable, Hashable {
    /// When the call went out.
    public let startTime: Timestamp
    /// How long it took.
    public let latency: Duration
    /// The target's HTTP status; nil when no answer came. Of a message, the status that its publisher would have seen.
    public let status: Int?
    /// The beginning of the answer's body, 512 bytes at most, with blanks for control characters.
    public let answer: String?
    /// Why no answer came, or a message was not published; or what to do about the answer that came, where that is
    /// known.
    public let error: String?
    /// The id of the message that was published; nil where there is none.
    public let messageID: String?

    init(
        startTime: Timestamp, latency: Duration, status: Int? = nil, answer: String? = nil, error: String? = nil,
        messageID: String? = nil
    ) {
        self.startTime = startTime
        self.latency = latency
        self.status = status
        self.answer = answer
        self.error = error
        self.messageID = messageID
    }

    /// Whether the target answered with 2xx.
    var isSuccess: Bool { status.map { (200..<300).contains($0) } ?? false }

    /// What went wrong, in words.
    public var reason: String {
        // A message that was refused has a status and nobody's answer.
        guard let status, answer != nil || error == nil else { return error ?? "no answer came" }
        let quoted = (answer ?? "").isEmpty ? "answered \(status)" : "answered \(status): \(answer ?? "")"
        return error.map { "\(quoted); \($0)" } ?? quoted
    }
}

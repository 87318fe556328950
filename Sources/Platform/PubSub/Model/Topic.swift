public import Datastore

/// What messages are published to.
public struct Topic: Sendable, Hashable {
    /// The last part of its name.
    public let id: String
    /// For how long messages can be found again by a seek, also when all have acknowledged them; nil: not at all.
    public var messageRetentionDuration: Duration?
    /// The operator's names and values.
    public var labels = Attributes()
    /// When it was made.
    public let createTime: Timestamp

    static let retention = Duration.seconds(600)...Duration.seconds(31 * 86_400)

    func validate() throws(PubSubError) {
        if let kept = messageRetentionDuration, !Self.retention.contains(kept) {
            throw .invalid(
                "a topic's messageRetentionDuration is from 10 minutes to 31 days", field: "messageRetentionDuration")
        }
        try labels.validateLabels()
    }
}

/// A topic as it is stored.
struct TopicRecord: Sendable, Hashable {
    var topic: Topic
    /// The number of the log that has its messages; never used again when the topic is deleted.
    let log: Int64
    /// Grows with every change, so that memory can tell which of two is the newer.
    var revision: Int64 = 1
}

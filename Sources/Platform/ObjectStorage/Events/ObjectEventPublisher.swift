public import Datastore

/// A message that tells of an object's change.
public struct ObjectEventMessage: Sendable, Hashable {
    /// The topic, `projects/P/topics/T`.
    public let topic: String
    /// The attributes by name.
    public let attributes: [String: String]
    /// The payload.
    public let data: [UInt8]

    /// Creates a message.
    public init(topic: String, attributes: [String: String], data: [UInt8]) {
        self.topic = topic
        self.attributes = attributes
        self.data = data
    }
}

/// Where events go: PubSub, joined by the daemon.
public protocol ObjectEventPublisher: Sendable {
    /// Whether there is such a topic.
    func hasTopic(_ topic: String) async throws -> Bool

    /// Publishes messages as part of a transaction: they are told if and only if it is committed. The transaction may
    /// be run several times, so nothing else may be done here. A message for a topic that is gone is dropped.
    ///
    /// - Returns: what is to be done once the transaction is committed.
    func publish(_ messages: [ObjectEventMessage], in transaction: Transaction) throws -> @Sendable () -> Void
}

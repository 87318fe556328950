public import Datastore

/// A message to publish.
public struct PubSubMessage: Sendable, Hashable {
    /// The most bytes of data, attributes and ordering key together.
    public static let sizeLimit = 1024 * 1024
    /// The most messages of one publish.
    public static let batchLimit = 1000

    /// The data, any bytes.
    public var data: [UInt8]
    /// Names and values beside the data; without data there must be one.
    public var attributes: Attributes
    /// Messages with the same key are delivered in their order where the subscription wants that; empty: none.
    public var orderingKey: String

    /// A message.
    public init(data: [UInt8] = [], attributes: Attributes = Attributes(), orderingKey: String = "") {
        self.data = data
        self.attributes = attributes
        self.orderingKey = orderingKey
    }

    /// The bytes of data, attributes and ordering key together.
    var size: Int {
        attributes.all.reduce(data.count + orderingKey.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    }

    func validate() throws(PubSubError) {
        guard !data.isEmpty || !attributes.isEmpty else {
            throw .invalid("a message has data or at least one attribute")
        }
        guard attributes.count <= 100 else { throw .invalid("a message has at most 100 attributes") }
        for (name, value) in attributes.all {
            guard (1...256).contains(name.utf8.count), !name.utf8.starts(with: "goog".utf8) else {
                throw .invalid(
                    "the attribute \(name.debugDescription): a name has 1 to 256 bytes and does not begin with goog")
            }
            guard value.utf8.count <= 1024 else {
                throw .invalid("the attribute \(name.debugDescription): a value has at most 1024 bytes")
            }
        }
        guard orderingKey.utf8.count <= 1024 else { throw .invalid("an orderingKey has at most 1024 bytes") }
        guard size <= Self.sizeLimit else { throw .invalid("a message has at most 1 MiB; this one has \(size) bytes") }
    }
}

/// A message as it is stored.
struct StoredMessage: Sendable, Hashable {
    /// Its place among all messages, larger for later ones; the message's id, written out.
    let sequence: Int64
    let message: PubSubMessage
    let publishTime: Timestamp
    /// The queues into which it went.
    var queues: [Int64]

    var id: String { String(sequence) }
}

/// A message that was pulled.
public struct ReceivedMessage: Sendable, Hashable {
    /// What to acknowledge it with.
    public let ackID: String
    /// The message's id.
    public let messageID: String
    /// What was published.
    public let message: PubSubMessage
    /// When it was published.
    public let publishTime: Timestamp
    /// How often it was sent, this time included; nil without a dead-letter policy.
    public let deliveryAttempt: Int?
}

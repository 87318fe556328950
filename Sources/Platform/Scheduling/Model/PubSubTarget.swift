/// A message that a job publishes, and where.
public struct PubSubTarget: Sendable, Hashable {
    /// One of the message's attributes.
    public struct Attribute: Sendable, Hashable {
        /// Its name, once in a message.
        public var name: String
        /// Its value; may be empty.
        public var value: String

        /// An attribute.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The topic: its id, or `projects/P/topics/ID`. A stored job has the id alone.
    public var topic: String
    /// The data; without it there must be an attribute.
    public var data: [UInt8]
    /// The attributes, in the order in which they were given.
    public var attributes: [Attribute]
    /// Messages with the same key are delivered in their order; empty: none.
    public var orderingKey: String

    /// A target; what can be published is for the `JobPublisher` to say.
    public init(topic: String, data: [UInt8] = [], attributes: [Attribute] = [], orderingKey: String = "") {
        self.topic = topic
        self.data = data
        self.attributes = attributes
        self.orderingKey = orderingKey
    }
}

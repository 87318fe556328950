/// The settings of Pub/Sub, `pubsub` in the file.
public struct PubSubSettings: Sendable, Hashable {
    /// How many pushes of one subscription may be out at once, when its endpoint keeps up.
    public var maxOutstandingPushes: Int
    /// How many pushes of all subscriptions together may be out at once.
    public var maxConnections: Int

    /// Pub/Sub's settings; without arguments, the defaults.
    public init(maxOutstandingPushes: Int = 1000, maxConnections: Int = 2000) {
        self.maxOutstandingPushes = maxOutstandingPushes
        self.maxConnections = maxConnections
    }
}

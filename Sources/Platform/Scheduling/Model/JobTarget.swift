/// What a job does when it runs.
public enum JobTarget: Sendable, Hashable {
    /// It calls a URL.
    case http(HTTPTarget)
    /// It publishes a message.
    case pubsub(PubSubTarget)
}

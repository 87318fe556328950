/// Publishes the messages of jobs: the daemon fills it in, since the scheduler knows no topics.
public protocol JobPublisher: Sendable {
    /// The target as it is to be stored. Throws `invalidJob` for one that could not be published to any topic; whether
    /// there is such a topic is seen when the job runs, as at Cloud Scheduler.
    func checked(_ target: PubSubTarget) throws(SchedulingError) -> PubSubTarget

    /// Publishes the message, durably on return.
    func publish(_ target: PubSubTarget) async -> JobPublishResult
}

/// How a message was published.
public enum JobPublishResult: Sendable, Hashable {
    /// It is stored, under this id.
    case published(messageID: String)
    /// It is not: why, what to do about it, and the HTTP status that a publisher would have seen.
    case refused(status: Int, reason: String)
}

import Synchronization

@testable import Scheduling

/// A publisher that notes what it is to publish and answers as told; it takes any target but those to the topic `never`.
final class TestPublisher: JobPublisher {
    private struct State {
        var published: [PubSubTarget] = []
        var refusals: [JobPublishResult] = []
    }

    private let state = Mutex(State())

    /// What was published, refused attempts included.
    var published: [PubSubTarget] { state.withLock { $0.published } }

    /// Refuses the next messages so, one after the other.
    func refuseNext(_ results: JobPublishResult...) { state.withLock { $0.refusals += results } }

    func checked(_ target: PubSubTarget) throws(SchedulingError) -> PubSubTarget {
        guard target.topic != "never" else { throw SchedulingError(.invalidJob, "no topic is called so") }
        var target = target
        target.topic = String(target.topic.split(separator: "/").last ?? "")
        return target
    }

    func publish(_ target: PubSubTarget) async -> JobPublishResult {
        state.withLock { state in
            state.published.append(target)
            guard state.refusals.isEmpty else { return state.refusals.removeFirst() }
            return .published(messageID: String(state.published.count))
        }
    }
}

import Datastore
import ObjectStorage

/// Where events of objects go while there is no PubSub: there are no topics, so that no bucket can have a notification.
struct NoTopics: ObjectEventPublisher {
    func hasTopic(_ topic: String) async throws -> Bool { false }
    func publish(_ messages: [ObjectEventMessage], in transaction: Transaction) -> @Sendable () -> Void { {} }
}

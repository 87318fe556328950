import Datastore
import ObjectStorage
import PubSub

/// Where events of objects go: the topics of Pub/Sub.
struct ObjectEventTopics: ObjectEventPublisher {
    let pubsub: PubSub

    func hasTopic(_ topic: String) async throws -> Bool { (try? pubsub.topic(topic)) != nil }

    func publish(_ messages: [ObjectEventMessage], in transaction: Transaction) throws -> @Sendable () -> Void {
        var publications: [Publication] = []
        for (topic, all) in Dictionary(grouping: messages, by: \.topic) {
            var rest = all[...]
            while !rest.isEmpty {
                let batch = rest.prefix(PubSubMessage.batchLimit)
                rest = rest.dropFirst(batch.count)
                do {
                    publications.append(try pubsub.publish(batch.map(Self.message), to: topic, in: transaction))
                } catch let error as PubSubError where error.code == .notFound {
                    // The topic was deleted: nobody wants to know.
                }
            }
        }
        return { [pubsub, publications] in
            for publication in publications { pubsub.announce(publication) }
        }
    }

    private static func message(_ event: ObjectEventMessage) -> PubSubMessage {
        var attributes = Attributes()
        for (name, value) in event.attributes { attributes[name] = value }
        return PubSubMessage(data: event.data, attributes: attributes)
    }
}

import Datastore
import PubSub
import Scheduling

/// Where the messages of jobs go: the topics of Pub/Sub.
struct JobMessages: JobPublisher {
    let pubsub: PubSub

    func checked(_ target: PubSubTarget) throws(SchedulingError) -> PubSubTarget {
        var target = target
        do throws(PubSubError) {
            target.topic = try pubsub.check(Self.message(target), to: target.topic)
        } catch {
            throw SchedulingError(.invalidJob, error.message)
        }
        return target
    }

    func publish(_ target: PubSubTarget) async -> JobPublishResult {
        do {
            let ids = try await pubsub.publish([Self.message(target)], to: target.topic)
            return .published(messageID: ids.joined())
        } catch let error as PubSubError where error.code == .notFound {
            return .refused(
                status: 404, reason: "\(error.message): trivetctl pubsub topics create \(target.topic)")
        } catch let error as PubSubError {
            return .refused(status: error.code == .invalidArgument ? 400 : 503, reason: error.message)
        } catch let error as DatastoreError where error.code == .diskFull {
            return .refused(status: 507, reason: error.message)
        } catch {
            return .refused(status: 503, reason: "\(error)")
        }
    }

    private static func message(_ target: PubSubTarget) -> PubSubMessage {
        var attributes = Attributes()
        for attribute in target.attributes { attributes[attribute.name] = attribute.value }
        return PubSubMessage(data: target.data, attributes: attributes, orderingKey: target.orderingKey)
    }
}

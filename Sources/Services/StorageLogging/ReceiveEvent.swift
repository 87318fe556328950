import Datastore
import Hosting
import JSON

/// `POST /api/v1/pubsub`: stores an upload's event, once for each message id.
struct ReceiveEvent: Sendable {
    let datastore: Datastore
    let now: @Sendable () -> Timestamp

    private static let uploadEvent = "OBJECT_FINALIZE"

    @Sendable func answer(_ request: HostedRequest) async throws -> HostedResponse {
        let envelope = try PushEnvelope(try await request.jsonObject())
        guard envelope.eventType == Self.uploadEvent else {
            return .json(["message": "This is Not a file upload event."])
        }
        let event = try envelope.event()
        let key = envelope.messageID.map { Key(StorageLog.kind, name: $0) } ?? Key(incomplete: StorageLog.kind)
        let entity = StorageLog.entity(event, key: key, timestamp: now())
        do {
            // The event's names are kept whatever they are; only the key is the sender's choice.
            try EntityRules.checkFromOutside(entity.key)
            return .json(StorageLog.json(try await store(entity)))
        } catch let error as DatastoreError where error.code == .invalidArgument {
            throw HTTPProblem.badRequest("\(error.message).")
        }
    }

    /// Inserts, and when the message was delivered before, answers what was stored then. An entry that was purged
    /// between the two is stored anew.
    private func store(_ entity: Entity) async throws -> Entity {
        while true {
            do {
                try await datastore.insert(entity)
                return entity
            } catch let error as DatastoreError where error.code == .alreadyExists {
                if let stored = try await datastore.lookup(entity.key) { return stored.entity }
            }
        }
    }
}

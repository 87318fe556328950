import Datastore
import Hosting
import JSON

/// `POST /api/v1/store`: the message is on disk before the answer.
struct StoreMessage: Sendable {
    let datastore: Datastore
    let now: @Sendable () -> Timestamp

    @Sendable func answer(_ request: HostedRequest) async throws -> HostedResponse {
        let body = try await request.jsonObject()
        guard let name = try body.text("name"), let text = try body.text("message") else {
            throw HTTPProblem.badRequest("name and message properties are required.")
        }
        guard name.utf8.count <= Message.nameLimit else {
            throw HTTPProblem.badRequest("name must have at most \(Message.nameLimit) bytes.")
        }
        let message = Message(name: name, message: text, timestamp: now())
        do {
            try await datastore.put(message.entity)
        } catch let error as DatastoreError where error.code == .invalidArgument {
            throw HTTPProblem.badRequest("\(error.message).")
        }
        return .json([
            "message": .string(text), "name": .string(name), "timestamp": .string(message.timestamp.httpDate),
        ])
    }
}

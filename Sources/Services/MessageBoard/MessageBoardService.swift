public import Datastore
import HTTPTypes
public import Hosting
public import Logging

/// The lab's second service: stores messages under a name, and tells them again, oldest first.
public struct MessageBoardService: HostedService {
    /// `message-board-service`.
    public let name = "message-board-service"
    /// The indexes that its queries need.
    public static let indexes = DeclaredIndexes(
        composites: [IndexDefinition(kind: Message.kind, properties: [.init("name"), .init("timestamp")])])

    private let storing: StoreMessage
    private let retrieving: RetrieveMessages

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - datastore: where the messages are.
    ///   - logger: told which index to create when it is missing.
    ///   - now: the clock that stamps messages.
    public init(datastore: Datastore, logger: Logger, now: @escaping @Sendable () -> Timestamp = { .now }) {
        storing = StoreMessage(datastore: datastore, now: now)
        retrieving = RetrieveMessages(datastore: datastore, logger: logger)
    }

    /// `GET /`, `POST /api/v1/store` and `POST /api/v1/retrieve`.
    public var routes: [Route] {
        [
            Route(.get, "/") { _ in .text("Message board service.") },
            Route(.post, "/api/v1/store", storing.answer),
            Route(.post, "/api/v1/retrieve", retrieving.answer),
        ]
    }
}

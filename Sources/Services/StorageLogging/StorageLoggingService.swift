public import Datastore
import HTTPTypes
public import Hosting
import JSON

/// The lab's third service: keeps a log of uploads, as push events tell them, and purges what is old.
public struct StorageLoggingService: HostedService {
    /// `storage-logging-service`.
    public let name = "storage-logging-service"
    /// The indexes that its queries need.
    public static let indexes = DeclaredIndexes(
        properties: [.init(kind: StorageLog.kind, property: StorageLog.timestampProperty)])

    private let receiving: ReceiveEvent
    private let purge: StorageLogPurge

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - datastore: where the log is.
    ///   - purge: what deletes old entries; the admin's purge is the same.
    ///   - now: the clock that stamps entries.
    public init(
        datastore: Datastore, purge: StorageLogPurge, now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        receiving = ReceiveEvent(datastore: datastore, now: now)
        self.purge = purge
    }

    /// `GET /`, `POST /api/v1/pubsub`, and `GET` and `POST /api/v1/purge`.
    public var routes: [Route] {
        [
            Route(.get, "/") { _ in .text("Storage logging service.") },
            Route(.post, "/api/v1/pubsub", receiving.answer),
            Route(.get, "/api/v1/purge", answerPurge),
            Route(.post, "/api/v1/purge", answerPurge),
        ]
    }

    @Sendable private func answerPurge(_ request: HostedRequest) async throws -> HostedResponse {
        // A GET route answers HEAD too, but a probe must not delete.
        guard request.method != .head else {
            throw HTTPProblem(.methodNotAllowed, "purge with GET or POST.", headers: [.allow: "GET, POST"])
        }
        let deleted = try await purge.purge()
        return .json(["deleted": .integer(Int64(deleted)), "message": "succeeded."])
    }
}

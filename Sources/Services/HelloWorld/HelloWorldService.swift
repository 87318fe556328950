import HTTPTypes
public import Hosting
import JSON

/// The lab's first service: greets whoever is named.
public struct HelloWorldService: HostedService {
    /// `hello-world-service`.
    public let name = "hello-world-service"

    /// Creates the service.
    public init() {}

    /// `GET /` and `POST /api/v1/hello`.
    public var routes: [Route] {
        [
            Route(.get, "/") { _ in .text("Hello world service.") },
            Route(.post, "/api/v1/hello", Self.hello),
        ]
    }

    @Sendable private static func hello(_ request: HostedRequest) async throws -> HostedResponse {
        let body = try await request.jsonObject()
        let name = try body.text("name") ?? "World"
        return .json(["message": .string("Hello, \(name)!")])
    }
}

import HTTPTypes
public import Health
public import Hosting
public import Instruments

/// What the metrics listener serves: `/metrics` for Prometheus, and the health endpoints in Kubernetes' form.
public struct MetricsService: HostedService {
    /// `metrics`.
    public let name = "metrics"
    /// `/metrics`, `/livez`, `/readyz`, `/healthz`, and what else is open to all.
    public let routes: [Route]

    /// The text form first: it answers those who do not say what they want, or want what is not to be had.
    private static let formats: [(type: MediaType, offer: ExpositionFormat)] = [
        (MediaType("text", "plain", parameters: ["version": "0.0.4", "charset": "utf-8"]), .text),
        (
            MediaType("application", "openmetrics-text", parameters: ["version": "1.0.0", "charset": "utf-8"]),
            .openMetrics
        ),
    ]

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - health: what the health endpoints show.
    ///   - version: the program's version, for the health endpoints' JSON.
    ///   - others: further routes that are open to all.
    ///   - exposition: the metrics in one of the forms, made at each request.
    public init(
        health: HealthMonitor, version: String, others: [Route] = [],
        exposition: @escaping @Sendable (ExpositionFormat) -> [UInt8]
    ) {
        let metrics = Route(.get, "/metrics") { request in
            let format = request.preferred(of: Self.formats) ?? .text
            return HostedResponse(headers: [.contentType: format.contentType], body: .bytes(exposition(format)))
                .varying(by: .accept).compressed(for: request)
        }
        let endpoints = HealthEndpoint.allCases.map {
            HealthRoute(endpoint: $0, health: health, version: version).route
        }
        routes = [metrics] + endpoints + others
    }

    /// Probes read the status; people read a line.
    public func render(_ problem: HTTPProblem) -> HostedResponse {
        var response = HostedResponse.text(problem.message + "\n", status: problem.status)
        response.headers.append(contentsOf: problem.headers)
        return response
    }
}

import HTTPTypes
public import Health
public import Hosting

/// What the metrics listener serves: `/metrics` for Prometheus, and the health endpoints in Kubernetes' form.
public struct MetricsService: HostedService {
    /// `metrics`.
    public let name = "metrics"
    /// `/metrics`, `/livez`, `/readyz`, `/healthz`.
    public let routes: [Route]

    /// The content type that Prometheus' text format 0.0.4 asks for.
    static let textFormat = "text/plain; version=0.0.4; charset=utf-8"

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - health: what the health endpoints show.
    ///   - exposition: the metrics in text format 0.0.4, made at each request.
    public init(health: HealthMonitor, exposition: @escaping @Sendable () -> [UInt8]) {
        let metrics = Route(.get, "/metrics") { _ in
            HostedResponse(headers: [.contentType: Self.textFormat], body: .bytes(exposition()))
        }
        routes = [metrics] + HealthEndpoint.allCases.map { HealthRoute(endpoint: $0, health: health).route }
    }

    /// Probes read the status; people read a line.
    public func render(_ problem: HTTPProblem) -> HostedResponse {
        var response = HostedResponse.text(problem.message + "\n", status: problem.status)
        response.headers.append(contentsOf: problem.headers)
        return response
    }
}

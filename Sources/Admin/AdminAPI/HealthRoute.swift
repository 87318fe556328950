import HTTPTypes
import Health
import Hosting

/// One health endpoint: `ok`, or with `?verbose` a line for each check; `?exclude=NAME`, also repeated, leaves checks
/// out. Other parameters are passed over, as Kubernetes does. Who asks for JSON by `Accept` gets a `HealthDocument`.
struct HealthRoute: Sendable {
    let endpoint: HealthEndpoint
    let health: HealthMonitor
    let version: String

    private enum Form {
        case text
        case document(type: String)
    }

    private static let forms: [(type: MediaType, offer: Form)] = [
        (MediaType("text", "plain", parameters: ["charset": "utf-8"]), .text),
        (MediaType("application", "health+json"), .document(type: "application/health+json")),
        (MediaType("application", "json"), .document(type: "application/json")),
    ]

    var route: Route {
        Route(.get, "/\(endpoint.rawValue)") { request in await answer(request) }
    }

    private func answer(_ request: HostedRequest) async -> HostedResponse {
        let report = await health.report(endpoint, excluding: Set(request.query.all("exclude")))
        var response: HostedResponse
        switch request.preferred(of: Self.forms) ?? .text {
        case .text:
            let isVerbose = request.query["verbose"] != nil
            response = .text(isVerbose ? report.verbose : report.plain)
        case .document(let type):
            response = .json(HealthDocument(report: report, version: version, now: WallClock.microseconds()).json)
            response.headers[.contentType] = type
        }
        response.status = .init(code: report.httpStatus)
        // An old answer of a proxy would hide what is wrong now.
        response.headers[.cacheControl] = "no-cache"
        return response.varying(by: .accept)
    }
}

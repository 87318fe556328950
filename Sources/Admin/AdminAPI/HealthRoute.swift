import HTTPTypes
import Health
import Hosting

/// One health endpoint: `ok`, or with `?verbose` a line for each check; `?exclude=NAME`, also repeated, leaves checks
/// out. Other parameters are passed over, as Kubernetes does.
struct HealthRoute: Sendable {
    let endpoint: HealthEndpoint
    let health: HealthMonitor

    var route: Route {
        Route(.get, "/\(endpoint.rawValue)") { request in await answer(request) }
    }

    private func answer(_ request: HostedRequest) async -> HostedResponse {
        let report = await health.report(endpoint, excluding: Set(request.query.all("exclude")))
        let isVerbose = request.query["verbose"] != nil
        var response = HostedResponse.text(
            isVerbose ? report.verbose : report.plain, status: .init(code: report.httpStatus))
        // An old answer of a proxy would hide what is wrong now.
        response.headers[.cacheControl] = "no-cache"
        return response
    }
}

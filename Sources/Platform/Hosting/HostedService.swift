import HTTPTypes
import JSON

/// A service that Trivet hosts: a name and its routes. All else, from limits to the request log, is Hosting's.
public protocol HostedService: Sendable {
    /// The service's name: its label in metrics and records, and its part of the settings' keys.
    var name: String { get }
    /// What it answers. Read once, when the host is built.
    var routes: [Route] { get }
    /// The answer for a request that went wrong, in the service's own error shape.
    func render(_ problem: HTTPProblem) -> HostedResponse
}

extension HostedService {
    /// The lab's error shape: `{"message": "…"}` with the problem's status and headers.
    public func render(_ problem: HTTPProblem) -> HostedResponse {
        var response = HostedResponse.json(["message": .string(problem.message)], status: problem.status)
        response.headers.append(contentsOf: problem.headers)
        return response
    }
}

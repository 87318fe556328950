import HTTPTypes
import Hosting
import JSON
import RequestLog
import Settings
import Testing

// The service of docs/adding-a-service.md, as the page shows it but for `public`.

struct EchoService: HostedService {
    let name = "echo-service"

    var routes: [Route] {
        [
            Route(.get, "/") { _ in .text("Echo service.") },
            Route(.post, "/api/v1/echo") { request in
                let body = try await request.jsonObject()
                guard let text = try body.text("text") else {
                    throw HTTPProblem.badRequest("text property is required.")
                }
                return .json(["text": .string(text)])
            },
        ]
    }
}

@Suite("A fourth service") struct AddedServiceTests {
    @Test("A service is a name and its routes; the pipeline does the rest")
    func answers() async throws {
        let host = ServiceHost(service: EchoService(), addresses: [.tcp(host: "127.0.0.1", port: 0)])
        try await TestHosting.serving([host]) { (test: TestHosting) async throws -> Void in
            let json = ["Content-Type: application/json"]
            #expect(try await test.ask(test.request("GET", "/")).body == "Echo service.")
            let answer = try await test.ask(
                test.request("POST", "/api/v1/echo", headers: json, body: #"{"text":"hi"}"#))
            #expect(answer.body == #"{"text":"hi"}"#)
            let missing = try await test.ask(test.request("POST", "/api/v1/echo", headers: json, body: "{}"))
            #expect(missing.body == #"{"message":"text property is required."}"#)
            #expect(await test.records(3).allSatisfy { $0.service == "echo-service" })
        }
    }
}

import HTTPTypes
import HelloWorld
import Hosting
import JSON
import Testing

@Suite struct HelloWorldServiceTests {
    private func ask(_ body: String, type: String = "application/json") async throws -> String {
        let service = HelloWorldService()
        let route = try #require(service.routes.first { $0.path == "/api/v1/hello" })
        let request = try HostedRequest(
            .post, "/api/v1/hello", headers: [.contentType: type], body: Array(body.utf8))
        let response: HostedResponse
        do {
            response = try await route.handler(request)
        } catch let problem as HTTPProblem {
            response = service.render(problem)
        }
        guard case .bytes(let bytes) = response.body else { return "" }
        return "\(response.status.code) \(String(decoding: bytes, as: UTF8.self))"
    }

    @Test("Whoever is named is greeted, and without a name the world is")
    func greets() async throws {
        #expect(
            try await ask(#"{"name":"Google Cloud Platform"}"#) == #"200 {"message":"Hello, Google Cloud Platform!"}"#)
        #expect(try await ask("{}") == #"200 {"message":"Hello, World!"}"#)
        #expect(try await ask(#"{"name":""}"#) == #"200 {"message":"Hello, !"}"#)
        #expect(try await ask(#"{"name":"a\u0000é\ud83d\ude00"}"#) == "200 {\"message\":\"Hello, a\\u0000é😀!\"}")
    }

    @Test("A name of another type is 400 and named")
    func wrongTypes() async throws {
        #expect(try await ask(#"{"name":1}"#) == #"400 {"message":"name must be a string, not a number."}"#)
        #expect(try await ask(#"{"name":null}"#) == #"400 {"message":"name must be a string, not null."}"#)
        #expect(try await ask(#"{"name":[]}"#) == #"400 {"message":"name must be a string, not an array."}"#)
    }

    @Test("What is not a JSON object is 400, without the content type 415")
    func bodies() async throws {
        #expect(try await ask("[1]") == #"400 {"message":"the body must be a JSON object, not array."}"#)
        #expect(try await ask("{").hasPrefix("400 "))
        #expect(try await ask("").hasPrefix("400 "))
        #expect(try await ask("{}", type: "text/plain").hasPrefix("415 "))
    }

    @Test("The root says what it is")
    func root() async throws {
        let service = HelloWorldService()
        let route = try #require(service.routes.first { $0.path == "/" })
        let response = try await route.handler(try HostedRequest(.get, "/"))
        guard case .bytes(let bytes) = response.body else { return }
        #expect(String(decoding: bytes, as: UTF8.self) == "Hello world service.")
        #expect(service.name == "hello-world-service")
    }
}

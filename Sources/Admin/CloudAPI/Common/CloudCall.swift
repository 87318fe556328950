import HTTPTypes
import Hosting
import JSON

/// A request in one of Google's shapes, with the parameters that all of its APIs share. Parameters that nobody knows
/// are passed over, as Google does.
struct CloudCall: Sendable {
    let request: HostedRequest
    /// Where this daemon is reached, as the client calls it.
    let baseURL: String
    private let mask: FieldMask?

    init(_ request: HostedRequest, baseURL: String) throws(CloudProblem) {
        self.request = request
        self.baseURL = Self.base(of: request) ?? baseURL
        mask = try (request.query["fields"] ?? request.query["$fields"]).map { text throws(CloudProblem) in
            try FieldMask(parsing: text)
        }
        let alt = request.query["alt"] ?? request.query["$alt"] ?? "json"
        // `json;enum-encoding=int` asks for numbers in place of names; every client takes names.
        guard alt == "media" || alt.prefix(while: { $0 != ";" }) == "json" else {
            throw .invalid("Invalid value for alt: \(alt): it is json or media.")
        }
    }

    /// A client over TCP has named the daemon in its Host, which was checked where that matters.
    private static func base(of request: HostedRequest) -> String? {
        guard request.peer.ipAddress != nil,
            let host = request.headers.first(where: { $0.name.canonicalName == "host" })?.value
        else { return nil }
        return "http://\(host)"
    }

    /// Whether the bytes themselves are asked for.
    var wantsMedia: Bool { (request.query["alt"] ?? request.query["$alt"]) == "media" }

    /// A part of the path.
    func parameter(_ name: String) -> String { request.parameters[name] ?? "" }

    /// A query parameter; nil when it was not given, or is empty.
    func query(_ name: String) -> String? {
        request.query[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A header's first value.
    func header(_ name: String) -> String? {
        request.headers.first { $0.name.canonicalName == name }?.value
    }

    /// A whole number.
    func integer(_ name: String) throws(CloudProblem) -> Int64? {
        guard let text = query(name) else { return nil }
        guard let value = Int64(text) else {
            throw .invalid("Invalid value for \(name): \(text) is not a whole number.")
        }
        return value
    }

    func flag(_ name: String) throws(CloudProblem) -> Bool {
        switch query(name) {
        case nil, "false": false
        case "true": true
        case .some(let text): throw .invalid("Invalid value for \(name): \(text) is neither true nor false.")
        }
    }

    /// How long a page is: at most 1,000 rows, whatever larger number was asked for.
    func pageSize(_ name: String = "maxResults") throws(CloudProblem) -> Int {
        guard let size = try integer(name) else { return 1_000 }
        guard size >= 0 else { throw .invalid("Invalid value for \(name): it is not negative.") }
        return size == 0 ? 1_000 : Int(min(size, 1_000))
    }

    /// The body's JSON object; an empty body is an empty object.
    func body() async throws -> JSONObject {
        let bytes = try await request.body()
        guard !bytes.isEmpty else { return JSONObject() }
        return try Self.object(bytes)
    }

    /// A body that is taken as it comes, of at most so many bytes, whatever `limits.body` is.
    func streamedBody(limit: Int) async throws -> [UInt8] {
        let reader = request.bodyParts
        var bytes: [UInt8] = []
        while let part = try await reader.next() {
            guard bytes.count + part.count <= limit else {
                throw CloudProblem.invalid("The request is too large: its body has at most \(limit) bytes.")
            }
            bytes += part
        }
        return bytes
    }

    /// Does what takes its time for so many bytes: of many beside the event loop, on which other connections wait.
    static func work<Value: Sendable>(
        on bytes: Int, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard bytes > 131_072 else { return try await body() }
        return try await Task.detached { try await body() }.value
    }

    static func object(_ bytes: some Collection<UInt8>) throws(CloudProblem) -> JSONObject {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: bytes) } catch {
            throw CloudProblem(.badRequest, "parseError", "The body is not a JSON object: \(error).")
        }
        guard let object = value.object else {
            throw CloudProblem(.badRequest, "parseError", "The body is not a JSON object.")
        }
        return object
    }

    /// An answer, as far as its fields were asked for.
    func answer(_ resource: JSONObject, status: HTTPResponse.Status = .ok) -> HostedResponse {
        HostedResponse(status: status, headers: Self.headers, body: .bytes(bytes(of: resource)))
    }

    /// The same, with a resource for which the client has to wait: the head goes out before, and the task is cancelled
    /// when the client goes away. What could not be sent is then undone.
    func answerLate(
        _ resource: @escaping @Sendable () async -> (resource: JSONObject, undo: @Sendable () async -> Void)
    ) -> HostedResponse {
        HostedResponse(
            headers: Self.headers,
            body: .stream { writer in
                let (resource, undo) = await resource()
                do { try await writer.write(await Task.detached { bytes(of: resource) }.value) } catch {
                    await undo()
                    throw error
                }
            })
    }

    private static let headers: HTTPFields = [
        .contentType: "application/json", .cacheControl: "no-cache, no-store, max-age=0, must-revalidate",
    ]

    private func bytes(of resource: JSONObject) -> [UInt8] {
        let value = JSONValue.object(resource)
        return (mask?.apply(to: value) ?? value).serialized()
    }
}

extension HTTPFields {
    /// Sets a header of any name, if there is a value.
    mutating func set(_ name: String, _ value: String?) {
        guard let value, let name = HTTPField.Name(name) else { return }
        self[name] = value
    }
}

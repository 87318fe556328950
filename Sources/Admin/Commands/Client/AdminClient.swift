import AdminModel
import JSON

/// The admin API from the asking side: paths, queries and JSON in, typed answers or a `CommandError` out.
struct AdminClient: Sendable {
    typealias Query = [(name: String, value: String?)]

    private let transport: any AdminTransport

    init(transport: any AdminTransport) {
        self.transport = transport
    }

    func get<Model: Decodable>(_ type: Model.Type, _ path: String, query: Query = []) async throws -> Model {
        try ModelJSON.model(type, from: try await send("GET", path, query))
    }

    func post<Model: Decodable>(
        _ type: Model.Type, _ path: String, _ body: (some Encodable)? = String?.none
    ) async throws -> Model {
        let bytes = try body.map { try ModelJSON.bytes(of: $0) }
        return try ModelJSON.model(type, from: try await send("POST", path, [], body: bytes))
    }

    /// Sends JSON that is built by hand, since a model cannot tell null from nothing.
    func send<Model: Decodable>(_ type: Model.Type, _ method: String, _ path: String, _ body: JSONObject) async throws
        -> Model
    {
        try ModelJSON.model(type, from: try await send(method, path, [], body: JSONValue.object(body).serialized()))
    }

    func delete<Model: Decodable>(_ type: Model.Type, _ path: String) async throws -> Model {
        try ModelJSON.model(type, from: try await send("DELETE", path, []))
    }

    func delete(_ path: String, query: Query = []) async throws {
        _ = try await send("DELETE", path, query)
    }

    /// An answer whose numbers have to stay exact.
    func json(_ path: String, query: Query = []) async throws -> JSONObject {
        try Self.object(try await send("GET", path, query))
    }

    /// Such an answer to a body.
    func json(posting body: some Encodable, to path: String) async throws -> JSONObject {
        try Self.object(try await send("POST", path, [], body: try ModelJSON.bytes(of: body)))
    }

    /// Such an answer to a body that is built by hand.
    func json(posting body: JSONValue, to path: String) async throws -> JSONObject {
        try Self.object(try await send("POST", path, [], body: body.serialized()))
    }

    private static func object(_ answer: [UInt8]) throws(CommandError) -> JSONObject {
        // A level of an event's JSON is three in Datastore's form: an array is {"arrayValue":{"values":[…]}}.
        let depthLimit = 3 * JSONValue.nestingLimit + 100
        guard let object = (try? JSONValue(parsing: answer, depthLimit: depthLimit))?.object else {
            throw CommandError(.failed, "the daemon's answer is not understood")
        }
        return object
    }

    /// Any request, answered as it is when it is a success or a wish for more (308).
    func request(
        _ method: String, _ path: String, query: Query = [], body: [UInt8]? = nil, headers: [String: String] = [:]
    ) async throws -> AdminResponse {
        let request = AdminRequest(method: method, target: Self.target(path, query), body: body, headers: headers)
        let response = try await transport.send(request)
        guard (200..<300).contains(response.status) || response.status == 308 else { throw Self.failure(response) }
        return response
    }

    /// The bytes of an answer, as they come.
    func bytes(_ path: String, query: Query = []) async throws -> AdminStream {
        let stream = try await transport.stream(AdminRequest(method: "GET", target: Self.target(path, query)))
        guard stream.status == 200 else { throw try await Self.failure(stream) }
        return stream
    }

    /// The lines of an answer that comes as it happens.
    func lines(_ path: String, query: Query) async throws -> LineStream {
        let stream = try await transport.stream(AdminRequest(method: "GET", target: Self.target(path, query)))
        guard stream.status == 200 else { throw try await Self.failure(stream) }
        return LineStream(stream)
    }

    private static func failure(_ stream: AdminStream) async throws -> CommandError {
        var body: [UInt8] = []
        while let chunk = try await stream.next() { body += chunk }
        return failure(AdminResponse(status: stream.status, body: body))
    }

    private func send(_ method: String, _ path: String, _ query: Query, body: [UInt8]? = nil) async throws -> [UInt8] {
        try await request(method, path, query: query, body: body).body
    }

    /// The one place where the daemon's refusals become exit codes.
    static func failure(_ response: AdminResponse) -> CommandError {
        let detail = try? ModelJSON.model(AdminFailure.self, from: response.body).error
        let status: ExitStatus =
            switch response.status {
            case 400: detail?.status == AdminFailureStatus.failedPrecondition.rawValue ? .failed : .usage
            case 401, 403: .refused
            case 404: .notFound
            default: .failed
            }
        return CommandError(
            status, detail?.message ?? "the daemon answered \(response.status)", httpStatus: response.status)
    }

    // MARK: Percent-encoding

    /// One segment of a path.
    static func segment(_ text: String) -> String {
        // A segment of dots would be taken for a step in the tree, by libcurl already.
        if text == "." || text == ".." { return text.utf8.map { _ in "%2E" }.joined() }
        return encode(text)
    }

    private static func target(_ path: String, _ query: Query) -> String {
        let items = query.compactMap { item in item.value.map { "\(encode(item.name))=\(encode($0))" } }
        return items.isEmpty ? path : "\(path)?\(items.joined(separator: "&"))"
    }

    private static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += byte < 16 ? "%0" : "%"
                encoded += String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}

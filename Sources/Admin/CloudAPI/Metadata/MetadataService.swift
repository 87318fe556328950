import Datastore
import Glibc
import HTTPTypes
public import Hosting
public import Identity
import JSON

/// The metadata server of a virtual machine, where Google's libraries look for credentials when they were told of none:
/// who the project is, and tokens of one service account. Whoever reaches it has that account's rights, so it is off
/// unless its address is set, which is on loopback.
///
/// Every request names the flavour of the metadata it wants in a header, which no web page and no forwarded request can
/// do; every answer carries the same header.
public struct MetadataService: HostedService {
    /// `metadata-server`.
    public let name = "metadata-server"
    /// The tree's paths.
    public let routes: [Route]

    /// The name by which a virtual machine calls it.
    public static let url = "http://metadata.google.internal"

    private static let flavor = HTTPField.Name("Metadata-Flavor")
    private static let forwarded = HTTPField.Name("X-Forwarded-For")
    private static let root = "/computeMetadata/v1"

    /// Builds the tree.
    ///
    /// - Parameters:
    ///   - identities: makes the tokens.
    ///   - project: the project's id.
    ///   - account: the email of the account whose tokens are given.
    public init(identities: Identities, project: String, account: String) {
        let tree = Self.tree(identities, CloudProject(id: project), account)
        let above: [(path: String, node: MetadataNode)] = [
            ("/", .directory([("computeMetadata", .directory([]))])),
            ("/computeMetadata/", .directory([("v1", .directory([]))])),
        ]
        routes = (above + tree.all(at: Self.root)).map { path, node in
            Route(.get, path) { request in try await Self.answer(request, node) }
        }
    }

    /// A line of text, and the header.
    public func render(_ problem: HTTPProblem) -> HostedResponse {
        var response = HostedResponse.text(problem.message + "\n", status: problem.status)
        response.headers.append(contentsOf: problem.headers)
        return Self.flavored(response)
    }

    // MARK: Answers

    private static func answer(_ request: HostedRequest, _ node: MetadataNode) async throws -> HostedResponse {
        guard let flavor, let forwarded, request.headers[flavor] == "Google" else {
            throw HTTPProblem(.forbidden, "this is answered with the header Metadata-Flavor: Google only.")
        }
        guard request.headers[forwarded] == nil else {
            throw HTTPProblem(.forbidden, "forwarded requests are not answered.")
        }
        if case .made(let make) = node { return flavored(try await make(request)) }
        let isRecursive = request.query["recursive"]?.lowercased() == "true"
        switch (request.query["alt"] ?? (isRecursive ? "json" : "text"), node) {
        case ("json", _): return flavored(.json(node.json ?? .null))
        case ("text", .directory) where isRecursive:
            return flavored(.text(node.lines().map { "\($0)\n" }.joined()))
        case ("text", _): return flavored(.text(node.listing))
        case (let alt, _): throw HTTPProblem.badRequest("alt is json or text, not \(alt).")
        }
    }

    private static func flavored(_ response: HostedResponse) -> HostedResponse {
        var response = response
        response.headers.set("Metadata-Flavor", "Google")
        return response
    }

    // MARK: The tree

    private static func tree(_ identities: Identities, _ project: CloudProject, _ email: String) -> MetadataNode {
        let host = hostName()
        let account = MetadataNode.directory([
            ("aliases", .lines(["default"])), ("email", .text(email)),
            ("identity", .made { request in try await identityToken(request, identities, email) }),
            ("scopes", .lines(["https://www.googleapis.com/auth/cloud-platform"])),
            ("token", .made { _ in try await accessToken(identities, email) }),
        ])
        return .directory([
            (
                "instance",
                .directory([
                    ("attributes", .directory([])), ("hostname", .text(host)),
                    ("id", .text(String(ProjectNumber.of(host)))),
                    ("name", .text(String(host.prefix { $0 != "." }))),
                    ("service-accounts", .directory([("default", account), (email, account)])),
                    ("zone", .text("projects/\(project.number)/zones/\(CloudProject.location)")),
                ])
            ),
            (
                "project",
                .directory([
                    ("attributes", .directory([])), ("numeric-project-id", .text(String(project.number))),
                    ("project-id", .text(project.id)),
                ])
            ),
            ("universe", .directory([("universe-domain", .text("googleapis.com"))])),
        ])
    }

    private static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // MARK: Tokens

    private static func accessToken(_ identities: Identities, _ email: String) async throws -> HostedResponse {
        let token = try await existing { try await identities.accessToken(of: email) }
        let seconds = token.expireTime.since(.now).components.seconds
        return uncached(
            .json([
                "access_token": .string(token.token), "expires_in": .integer(max(0, seconds)), "token_type": "Bearer",
            ]))
    }

    private static func identityToken(
        _ request: HostedRequest, _ identities: Identities, _ email: String
    ) async throws -> HostedResponse {
        guard let audience = request.query["audience"], !audience.isEmpty else {
            throw HTTPProblem.badRequest("the parameter audience is missing.")
        }
        return uncached(
            .text(try await existing { try await identities.identityToken(of: email, audience: audience) }.token))
    }

    private static func existing(_ make: () async throws -> IssuedToken) async throws -> IssuedToken {
        do { return try await make() } catch let error as IdentityError {
            switch error.code {
            case .notFound: throw HTTPProblem.notFound("\(error.message).")
            case .invalidArgument: throw HTTPProblem.badRequest("\(error.message).")
            default: throw HTTPProblem(.serviceUnavailable, "\(error.message).")
            }
        }
    }

    /// A token is a secret: nobody on the way keeps it.
    private static func uncached(_ response: HostedResponse) -> HostedResponse {
        var response = response
        response.headers[.cacheControl] = "no-store"
        return response
    }
}

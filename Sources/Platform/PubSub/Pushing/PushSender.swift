public import Datastore
import Transfer

/// Sends pushes over HTTP.
struct PushSender: Sendable {
    /// The most of an answer that is read; only its status counts.
    static let maximumResponseBytes = 1024 * 1024

    let client: TransferClient
    let resolve: @Sendable (String) -> PushEndpoint
    let tokens: (any PushTokenSource)?

    /// The statuses that acknowledge.
    static func acknowledges(_ status: Int) -> Bool { [102, 200, 201, 202, 204].contains(status) }

    func send(_ request: PushRequest, to config: PushConfig, within deadline: Duration) async -> PushResult {
        let endpoint = resolve(config.pushEndpoint)
        var headers = request.headers
        if let oidc = config.oidcToken {
            do {
                let token = try await token(oidc, endpoint)
                headers.append(TransferHeader("Authorization", "Bearer \(token)"))
            } catch {
                return .failed(.noToken, "no ID token of \(oidc.serviceAccountEmail): \(error)")
            }
        }
        let transfer = TransferRequest(
            method: "POST", url: endpoint.endpoint.url, headers: headers, body: request.body,
            unixSocketPath: endpoint.endpoint.unixSocketPath, timeout: deadline, connectTimeout: deadline,
            maximumResponseBytes: Self.maximumResponseBytes, peerName: endpoint.endpoint.service,
            finalInterimStatus: 102)
        do throws(TransferError) {
            let response = try await client.execute(transfer)
            if Self.acknowledges(response.status) { return .acknowledged(response.timing.total) }
            return .rejected(response.status, Self.message(response, config.oidcToken))
        } catch {
            return .failed(error.code == .timedOut ? .timedOut : .unreachable, error.message)
        }
    }

    private func token(_ oidc: PushConfig.OIDCToken, _ endpoint: PushEndpoint) async throws -> String {
        guard let tokens else { throw PubSubError(.unavailable, "this daemon issues none") }
        return try await tokens.identityToken(
            for: oidc.serviceAccountEmail, audience: oidc.audience ?? endpoint.audience)
    }

    /// The beginning of what a refusing endpoint said, in printable text, and what to do where an account is refused.
    private static func message(_ response: TransferResponse, _ oidc: PushConfig.OIDCToken?) -> String {
        let text = String(decoding: response.body.prefix(300), as: UTF8.self)
        let printable = String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
        var message = printable.isEmpty ? "answered \(response.status)" : "answered \(response.status): \(printable)"
        switch (response.status, oidc) {
        case (403, let oidc?):
            message +=
                " (bind roles/run.invoker on the service to serviceAccount:\(oidc.serviceAccountEmail))"
        case (401, nil), (403, nil): message += " (the subscription has no push account whose ID token it would send)"
        default: break
        }
        return message
    }
}

/// How a push went.
enum PushResult: Sendable {
    enum Reason: Sendable {
        case timedOut
        case unreachable
        case noToken
    }

    case acknowledged(Duration)
    /// Any other status.
    case rejected(Int, String)
    /// No answer.
    case failed(Reason, String)
}

/// The last push that failed, for whoever looks at the subscription.
public struct PushFailure: Sendable, Hashable {
    /// When.
    public let time: Timestamp
    /// The endpoint's HTTP status; nil without an answer.
    public let status: Int?
    /// Why, in words.
    public let message: String
}

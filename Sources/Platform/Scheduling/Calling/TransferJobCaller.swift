public import Transfer

/// Calls targets over HTTP, with the headers that Cloud Scheduler sends.
public struct TransferJobCaller: JobCaller {
    /// The most of an answer that is read.
    static let maximumResponseBytes = 1024 * 1024
    /// The most of an answer that is kept.
    static let excerptBytes = 512

    private let client: TransferClient
    private let resolve: @Sendable (String) -> JobEndpoint
    private let tokens: (any JobTokenSource)?

    /// A caller.
    ///
    /// - Parameters:
    ///   - resolve: where a job's URL leads, for the daemon's own services; others as they are.
    ///   - tokens: makes the ID tokens that jobs carry; without it such a job's calls fail.
    public init(
        client: TransferClient, resolve: @escaping @Sendable (String) -> JobEndpoint = { JobEndpoint(url: $0) },
        tokens: (any JobTokenSource)? = nil
    ) {
        self.client = client
        self.tokens = tokens
        self.resolve = resolve
    }

    /// Makes the call: any answer is told with its status, what keeps one from coming with its reason.
    public func call(_ call: JobCall) async -> JobCallResult {
        switch await token(call.target) {
        case .success(let token): await send(call, token)
        case .failure(let error): .failed(error.message)
        }
    }

    private func send(_ call: JobCall, _ token: String?) async -> JobCallResult {
        let target = call.target
        do throws(TransferError) {
            let response = try await client.execute(request(call, token))
            let isRefused = [401, 403].contains(response.status)
            let account = target.oidcToken?.serviceAccountEmail
            return .answered(
                status: response.status, excerpt: Self.excerpt(response.body),
                advice: isRefused ? tokens?.advice(account: account, url: target.uri, job: call.job.name) : nil)
        } catch {
            return .failed(error.message)
        }
    }

    /// The ID token that the target wants, made for its URL where it names no other audience.
    private func token(_ target: HTTPTarget) async -> Result<String?, SchedulingError> {
        guard let wanted = target.oidcToken else { return .success(nil) }
        let account = wanted.serviceAccountEmail
        do {
            guard let tokens else { throw SchedulingError(.invalidJob, "nobody here makes tokens") }
            return .success(try await tokens.identityToken(for: account, audience: wanted.audience ?? target.uri))
        } catch {
            return .failure(SchedulingError(.invalidJob, "no ID token of \(account): \(error)"))
        }
    }

    private func request(_ call: JobCall, _ token: String?) -> TransferRequest {
        let target = call.target
        let endpoint = resolve(target.uri)
        let own = [
            TransferHeader("User-Agent", "Google-Cloud-Scheduler"),
            TransferHeader("X-CloudScheduler", "true"),
            TransferHeader("X-CloudScheduler-JobName", call.job.name),
            TransferHeader("X-CloudScheduler-ScheduleTime", CivilTime(call.scheduledTime).text),
        ]
        var headers = own + target.headers.filter { own[$0.name] == nil }
        if !target.body.isEmpty, headers["Content-Type"] == nil {
            headers.append(TransferHeader("Content-Type", "application/octet-stream"))
        }
        if let token { headers.append(TransferHeader("Authorization", "Bearer \(token)")) }
        // An attempt goes out once: libcurl would repeat it on a connection that turns out to be dead.
        return TransferRequest(
            method: target.method, url: endpoint.url, headers: headers, body: target.body,
            unixSocketPath: endpoint.unixSocketPath, timeout: call.job.attemptDeadline,
            maximumResponseBytes: Self.maximumResponseBytes, reuseConnection: false, peerName: endpoint.service)
    }

    /// The beginning of what a target said, in printable text that ends with a whole character.
    static func excerpt(_ body: [UInt8]) -> String {
        var excerpt = ""
        var bytes = 0
        // A few bytes more than are kept, so that a character on the edge is whole; what is no UTF-8 is marked.
        for scalar in String(decoding: body.prefix(excerptBytes + 4), as: UTF8.self).unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            bytes += UTF8.width(scalar)
            guard bytes <= excerptBytes else { break }
            excerpt.unicodeScalars.append(isControl ? " " : scalar)
        }
        return excerpt
    }
}

public import Transfer

/// Calls targets over HTTP, with the headers that Cloud Scheduler sends.
public struct TransferJobCaller: JobCaller {
    /// The most of an answer that is read.
    static let maximumResponseBytes = 1024 * 1024
    /// The most of an answer that is kept.
    static let excerptBytes = 512

    private let client: TransferClient
    private let resolve: @Sendable (String) -> JobEndpoint

    /// A caller.
    ///
    /// - Parameter resolve: where a job's URL leads, for the daemon's own services; others as they are.
    public init(
        client: TransferClient, resolve: @escaping @Sendable (String) -> JobEndpoint = { JobEndpoint(url: $0) }
    ) {
        self.client = client
        self.resolve = resolve
    }

    /// Makes the call: any answer is told with its status, what keeps one from coming with its reason.
    public func call(_ call: JobCall) async -> JobCallResult {
        do throws(TransferError) {
            let response = try await client.execute(request(call))
            return .answered(status: response.status, excerpt: Self.excerpt(response.body))
        } catch {
            return .failed(error.message)
        }
    }

    private func request(_ call: JobCall) -> TransferRequest {
        switch call.job.target {
        case .http(let target): request(call, target)
        }
    }

    private func request(_ call: JobCall, _ target: HTTPTarget) -> TransferRequest {
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

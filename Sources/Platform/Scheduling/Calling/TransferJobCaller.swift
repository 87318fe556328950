public import Transfer

/// Calls targets over HTTP, with the headers that Cloud Scheduler sends.
public struct TransferJobCaller: JobCaller {
    /// The most of an answer that is read; a job's answer is not kept.
    static let maximumResponseBytes = 1024 * 1024

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
            let isSuccess = (200..<300).contains(response.status)
            return .answered(status: response.status, message: isSuccess ? nil : Self.quote(response))
        } catch {
            return .failed(error.message)
        }
    }

    private func request(_ call: JobCall) -> TransferRequest {
        let target = call.job.target
        let endpoint = resolve(target.uri)
        let own = [
            TransferHeader("User-Agent", "Google-Cloud-Scheduler"),
            TransferHeader("X-CloudScheduler", "true"),
            TransferHeader("X-CloudScheduler-JobName", call.job.name),
            TransferHeader("X-CloudScheduler-ScheduleTime", CivilTime(call.scheduledTime).text),
        ]
        // A run goes out once: libcurl would repeat it on a connection that turns out to be dead.
        return TransferRequest(
            method: target.method, url: endpoint.url,
            headers: own + target.headers.filter { own[$0.name] == nil }, body: target.body,
            unixSocketPath: endpoint.unixSocketPath, timeout: call.job.attemptDeadline,
            maximumResponseBytes: Self.maximumResponseBytes, reuseConnection: false, peerName: endpoint.service)
    }

    /// The beginning of what a failed target said, in printable text.
    private static func quote(_ response: TransferResponse) -> String {
        let text = String(decoding: response.body.prefix(300), as: UTF8.self)
        let printable = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) }
        return printable.isEmpty ? "answered \(response.status)" : "answered \(response.status): \(String(printable))"
    }
}

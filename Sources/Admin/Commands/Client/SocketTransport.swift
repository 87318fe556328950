import Glibc
import Transfer

/// The daemon's unix socket, by libcurl.
struct SocketTransport: AdminTransport {
    private let socketPath: String
    private let client = TransferClient()

    /// More than any answer that the API gives in one piece: pages are bounded.
    private static let maximumResponseBytes = 256 * 1024 * 1024

    init(socketPath: String) {
        self.socketPath = socketPath
    }

    func send(_ request: AdminRequest) async throws(CommandError) -> AdminResponse {
        do {
            // What changes something takes its time: a job's run its deadline, a purge what there is to delete.
            let timeout: Duration? = request.method == "GET" ? .seconds(120) : nil
            let response = try await client.execute(
                transfer(request, timeout: timeout, maximumBytes: Self.maximumResponseBytes))
            let headers = response.headers.map { ($0.name.lowercased(), $0.value) }
            return AdminResponse(
                status: response.status, body: response.body, headers: Dictionary(headers) { first, _ in first })
        } catch {
            throw failure(error)
        }
    }

    func stream(_ request: AdminRequest) async throws(CommandError) -> AdminStream {
        do {
            let stream = try await client.stream(transfer(request, timeout: nil, maximumBytes: .max))
            let body = stream.body
            return AdminStream(status: stream.status) { () async throws(CommandError) -> [UInt8]? in
                // Every iterator goes on where the one before stopped.
                var iterator = body.makeAsyncIterator()
                do throws(TransferError) {
                    return try await iterator.next()
                } catch {
                    throw self.failure(error)
                }
            }
        } catch {
            throw failure(error)
        }
    }

    private func transfer(
        _ request: AdminRequest, timeout: Duration?, maximumBytes: Int
    ) -> TransferRequest {
        var headers = request.headers.map { TransferHeader($0.key, $0.value) }
        if request.body != nil, headers["Content-Type"] == nil {
            headers.append(TransferHeader("Content-Type", "application/json"))
        }
        // The host is a name only: the connection goes to the socket.
        return TransferRequest(
            method: request.method, url: "http://trivet\(request.target)",
            headers: headers, body: request.body ?? [], unixSocketPath: socketPath, timeout: timeout,
            connectTimeout: .seconds(5),
            maximumResponseBytes: maximumBytes)
    }

    private func failure(_ error: TransferError) -> CommandError {
        switch error.code {
        case .couldNotConnect: notConnected()
        case .connectionLost, .shutDown:
            CommandError(.unreachable, "the daemon on \(socketPath) went away in the middle: \(error.message)")
        case .timedOut: CommandError(.unreachable, "the daemon on \(socketPath) did not answer in time")
        case .invalidRequest: CommandError(.usage, "\(socketPath): \(error.message)")
        default: CommandError(.failed, "talking to the daemon on \(socketPath): \(error.message)")
        }
    }

    /// libcurl does not tell why a socket could not be opened, and the three reasons ask for different deeds.
    private func notConnected() -> CommandError {
        if access(socketPath, R_OK | W_OK) == 0 {
            return CommandError(.unreachable, "nobody listens on \(socketPath): is trivetd running?")
        }
        if errno == EACCES {
            return CommandError(
                .refused, "you may not open \(socketPath): be root, or a member of the group that it belongs to")
        }
        return CommandError(
            .unreachable,
            """
            there is no socket \(socketPath): is trivetd running?
            --socket PATH or the variable TRIVET_SOCKET names another one
            """)
    }
}

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
            return AdminResponse(status: response.status, body: response.body)
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
        // The host is a name only: the connection goes to the socket.
        TransferRequest(
            method: request.method, url: "http://trivet\(request.target)",
            headers: request.body == nil ? [] : [TransferHeader("Content-Type", "application/json")],
            body: request.body ?? [], unixSocketPath: socketPath, timeout: timeout, connectTimeout: .seconds(5),
            maximumResponseBytes: maximumBytes)
    }

    private func failure(_ error: TransferError) -> CommandError {
        switch error.code {
        case .couldNotConnect, .connectionLost, .resolve, .shutDown:
            CommandError(
                .unreachable,
                """
                no daemon answers on \(socketPath): \(error.message)
                is trivetd running, and may you open its socket? name another one with --socket or TRIVET_SOCKET
                """)
        case .timedOut: CommandError(.unreachable, "the daemon on \(socketPath) did not answer in time")
        case .invalidRequest: CommandError(.usage, "\(socketPath): \(error.message)")
        default: CommandError(.failed, "talking to the daemon on \(socketPath): \(error.message)")
        }
    }
}

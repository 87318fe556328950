import Commands
import Synchronization
import Testing

/// A daemon that answers what a test told it to, and nothing else.
final class FakeDaemon: AdminTransport {
    private struct Answer {
        let status: Int
        let chunks: [[UInt8]]
        let breaks: CommandError?
    }

    private struct State {
        var answers: [String: [Answer]] = [:]
        var requests: [AdminRequest] = []
        var failure: CommandError?
    }

    private let state = Mutex(State())

    /// What was asked, in order: method and target.
    var requests: [String] { state.withLock { $0.requests.map { "\($0.method) \($0.target)" } } }
    /// The bodies that were sent.
    var bodies: [String] {
        state.withLock { $0.requests.compactMap { $0.body.map { String(decoding: $0, as: UTF8.self) } } }
    }

    /// Answers a request; several answers to one request are given one after the other, the last one forever.
    func answer(_ request: String, status: Int = 200, _ body: String) {
        answer(request, status: status, chunks: [body])
    }

    /// Answers a request piece by piece, and breaks the connection after the last piece when an error is given.
    func answer(_ request: String, status: Int = 200, chunks: [String], breaks: CommandError? = nil) {
        let answer = Answer(status: status, chunks: chunks.map { Array($0.utf8) }, breaks: breaks)
        state.withLock { $0.answers[request, default: []].append(answer) }
    }

    /// Nobody listens.
    func stop() {
        state.withLock { $0.failure = CommandError(.unreachable, "no daemon answers on /test.sock") }
    }

    func send(_ request: AdminRequest) async throws(CommandError) -> AdminResponse {
        let answer = try take(request)
        return AdminResponse(status: answer.status, body: answer.chunks.flatMap { $0 })
    }

    func stream(_ request: AdminRequest) async throws(CommandError) -> AdminStream {
        let answer = try take(request)
        let rest = Chunks(answer.chunks)
        return AdminStream(status: answer.status) { () async throws(CommandError) -> [UInt8]? in
            if let chunk = rest.next() { return chunk }
            if let error = answer.breaks { throw error }
            return nil
        }
    }

    private func take(_ request: AdminRequest) throws(CommandError) -> Answer {
        let name = "\(request.method) \(request.target)"
        let outcome = state.withLock { state -> Result<Answer?, CommandError> in
            if let failure = state.failure { return .failure(failure) }
            state.requests.append(request)
            guard var answers = state.answers[name], let first = answers.first else { return .success(nil) }
            if answers.count > 1 { answers.removeFirst() }
            state.answers[name] = answers
            return .success(first)
        }
        guard let answer = try outcome.get() else {
            Issue.record("nobody told the daemon how to answer \(name)")
            throw CommandError(.failed, "no answer for \(name)")
        }
        return answer
    }
}

/// The pieces that are left of a streamed answer.
private final class Chunks: Sendable {
    private let rest: Mutex<[[UInt8]]>

    init(_ chunks: [[UInt8]]) {
        rest = Mutex(chunks)
    }

    func next() -> [UInt8]? {
        rest.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}

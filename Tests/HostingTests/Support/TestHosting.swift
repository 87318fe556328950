import Glibc
import Hosting
import Logging
import MetricsTestKit
import RequestLog
import ServiceLifecycle
import Settings
import Synchronization

/// A service made of routes.
struct TestService: HostedService {
    var name = "test-service"
    var routes: [Route]
}

/// An error whose meaning for clients the hosting was told.
struct NoRoom: Error {}

/// A running hosting on a port of its own, with what it recorded and measured.
final class TestHosting: Sendable {
    let hosting: HTTPHosting
    let metrics: TestMetrics
    let port: Int
    private let kept: Kept
    private let group: ServiceGroup

    final class Kept: Sendable {
        let records = Mutex<[RequestRecord]>([])
    }

    /// Every record so far.
    var records: [RequestRecord] { kept.records.withLock { $0 } }

    init(
        _ hosts: [ServiceHost], limits: LimitSettings, shutdownTimeout: Duration, lameDuck: Duration,
        authorizer: (any RequestAuthorizing)?
    ) async throws {
        let metrics = TestMetrics()
        let kept = Kept()
        hosting = HTTPHosting(
            hosts: hosts, limits: limits, shutdownTimeout: shutdownTimeout, lameDuck: lameDuck,
            authorizer: authorizer, record: { record in kept.records.withLock { $0.append(record) } },
            explain: { $0 is NoRoom ? HTTPProblem(.insufficientStorage, "no room.", reason: "\($0)") : nil },
            metrics: metrics,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        self.metrics = metrics
        self.kept = kept
        try await hosting.bind()
        port =
            hosting.boundAddresses.lazy.compactMap { if case .tcp(_, let port) = $0.address { port } else { nil } }
            .first ?? 0
        group = ServiceGroup(services: [hosting], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Serves routes while a body runs, then stops.
    static func serving<T: Sendable>(
        _ routes: [Route], limits: LimitSettings = LimitSettings(), shutdownTimeout: Duration = .seconds(5),
        lameDuck: Duration = .zero, _ body: @escaping @Sendable (TestHosting) async throws -> T
    ) async throws -> T {
        try await serving(
            [ServiceHost(service: TestService(routes: routes), addresses: [.tcp(host: "127.0.0.1", port: 0)])],
            limits: limits, shutdownTimeout: shutdownTimeout, lameDuck: lameDuck, body)
    }

    static func serving<T: Sendable>(
        _ hosts: [ServiceHost], limits: LimitSettings = LimitSettings(), shutdownTimeout: Duration = .seconds(5),
        lameDuck: Duration = .zero, authorizer: (any RequestAuthorizing)? = nil,
        _ body: @escaping @Sendable (TestHosting) async throws -> T
    ) async throws -> T {
        let test = try await TestHosting(
            hosts, limits: limits, shutdownTimeout: shutdownTimeout, lameDuck: lameDuck, authorizer: authorizer)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await test.group.run() }
            defer { tasks.cancelAll() }
            let result = try await body(test)
            await test.stop()
            try await tasks.waitForAll()
            return result
        }
    }

    /// Begins the graceful shutdown.
    func stop() async { await group.triggerGracefulShutdown() }

    /// Connects.
    func connect() throws -> RawClient { try RawClient(port: port) }

    /// Sends bytes on a new connection and reads one answer.
    func ask(_ text: String, within seconds: Double = 10) async throws -> Answer {
        try await blocking { [self] in
            let client = try connect()
            try client.send(text)
            return client.answer(within: seconds)
        }
    }

    /// Sends bytes on a new connection and reads until the other side closes.
    func askAll(_ bytes: [UInt8], within seconds: Double = 10) async throws -> Answer {
        try await blocking { [self] in
            let client = try connect()
            try client.send(bytes)
            return client.rest(within: seconds)
        }
    }

    /// A request with a right Host.
    func request(_ method: String, _ target: String, headers: [String] = [], body: String? = nil) -> String {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: 127.0.0.1:\(port)"] + headers
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }

    /// How often something was turned away.
    func rejected(_ reason: String, service: String = "test-service") -> Int64 {
        (try? metrics.expectCounter("trivet_http_rejected_total", [("service", service), ("reason", reason)]).totalValue)
            ?? -1
    }

    /// The records, once there are as many as expected.
    func records(_ count: Int) async -> [RequestRecord] {
        await eventually { self.records.count >= count }
        return records
    }
}

/// Waits until a condition holds, at most ten seconds.
@discardableResult
func eventually(_ condition: @escaping @Sendable () async -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if await condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return await condition()
}

/// How many descriptors this process has open.
func openDescriptors() -> Int {
    guard let directory = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count
}

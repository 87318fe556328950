import Glibc
import Hosting
import Logging
import MetricsTestKit
import RequestLog
import ServiceLifecycle
import Settings
import Synchronization
import TestSupport

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

    /// Every record so far, in the order in which the requests came: records of two connections may be kept in another.
    var records: [RequestRecord] {
        kept.records.withLock { $0 }.sorted { $0.timestamp < $1.timestamp }
    }

    init(
        _ hosts: [ServiceHost], limits: LimitSettings, shutdownTimeout: Duration, lameDuck: Duration,
        authorizer: (any RequestAuthorizing)?
    ) async throws {
        let metrics = TestMetrics()
        let kept = Kept()
        hosting = HTTPHosting(
            hosts: hosts, limits: limits, shutdownTimeout: shutdownTimeout, lameDuck: lameDuck,
            timing: HostingTiming(lingering: patience, firstRequest: patience), authorizer: authorizer,
            record: { record in kept.records.withLock { $0.append(record) } },
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
        _ routes: [Route], limits: LimitSettings = .patient(), shutdownTimeout: Duration = patience,
        lameDuck: Duration = .zero, _ body: @escaping @Sendable (TestHosting) async throws -> T
    ) async throws -> T {
        try await serving(
            [ServiceHost(service: TestService(routes: routes), addresses: [.tcp(host: "127.0.0.1", port: 0)])],
            limits: limits, shutdownTimeout: shutdownTimeout, lameDuck: lameDuck, body)
    }

    static func serving<T: Sendable>(
        _ hosts: [ServiceHost], limits: LimitSettings = .patient(), shutdownTimeout: Duration = patience,
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
    func ask(_ text: String, toHead: Bool = false, within time: Duration = patience) async throws -> Answer {
        try await blocking { [self] in
            let client = try connect()
            try client.send(text)
            return client.answer(within: time, toHead: toHead)
        }
    }

    /// Sends bytes on a new connection and reads until the other side closes.
    func askAll(_ bytes: [UInt8], within time: Duration = patience) async throws -> Answer {
        try await blocking { [self] in
            let client = try connect()
            try client.send(bytes)
            return client.rest(within: time)
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

    /// How many requests are being read or answered.
    var activeRequests: Double {
        (try? metrics.expectMeter("http_server_active_requests", [("service", "test-service")]).lastValue) ?? 0
    }

    /// The records, once there are as many as expected.
    func records(_ count: Int) async -> [RequestRecord] {
        await eventually { self.records.count >= count }
        return records
    }
}

extension LimitSettings {
    /// Limits that no machine is too busy for, but for those that a test sets.
    static func patient(
        body: Int = 1 << 20, header: Int = 16 << 10, headerTimeout: Duration = patience * 4,
        bodyTimeout: Duration = patience * 4, idleTimeout: Duration = patience * 4, connections: Int = 10_000
    ) -> LimitSettings {
        LimitSettings(
            body: body, header: header, headerTimeout: headerTimeout, bodyTimeout: bodyTimeout,
            idleTimeout: idleTimeout, connections: connections)
    }
}

/// Tries something that takes its time from the clock at one pace after the other, until one of them is slow enough for
/// the machine; false when it succeeded at none.
func atSomePace(_ body: (_ pace: Int) async throws -> Bool) async rethrows -> Bool {
    for pace in [1, 8, 60] where try await body(pace) { return true }
    return false
}

/// The sockets of this process with a port at this end or the other, listeners among them.
func sockets(ofPort port: Int) -> Int {
    guard let directory = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(directory) }
    var count = 0
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        guard let descriptor = CInt(name) else { continue }
        let isOne = [getsockname, getpeername].contains { name in
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name(descriptor, $0, &length) }
            }
            return result == 0 && address.sin_family == AF_INET && Int(UInt16(bigEndian: address.sin_port)) == port
        }
        if isOne { count += 1 }
    }
    return count
}

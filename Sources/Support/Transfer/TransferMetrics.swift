import CoreMetrics
import MetricDescribing
import Synchronization

/// The metrics of outgoing HTTP, under OpenTelemetry's names in Prometheus' form.
///
/// Every label has a bounded number of values: methods and codes are few, and servers beyond the first fifty become
/// `_other`. Calls are rare beside what they cost, so that handles are made as they are needed.
final class TransferMetrics: Sendable {
    /// Servers that are told apart.
    static let mostServers = 50
    private static let other = "_other"
    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    private static let durationName = "http_client_request_duration_seconds"
    private static let activeName = "http_client_active_requests"

    /// A call under way.
    struct Call: Sendable {
        fileprivate let metrics: TransferMetrics
        fileprivate let labels: [(String, String)]
        fileprivate let active: Meter
        fileprivate let start = ContinuousClock.now

        /// Takes the call's end: the answer's status, or why there was none.
        func end(_ result: Result<Int, TransferError>) {
            active.decrement()
            let outcome: [(String, String)] =
                switch result {
                case .success(let status) where (100..<400).contains(status):
                    [("http_response_status_code", "\(status)")]
                case .success(let status):
                    // What answers with a status outside of HTTP's own can make up nine hundred of them.
                    (400..<600).contains(status)
                        ? [("http_response_status_code", "\(status)"), ("error_type", "\(status)")]
                        : [("http_response_status_code", TransferMetrics.other), ("error_type", TransferMetrics.other)]
                case .failure(let error): [("error_type", error.code.rawValue)]
                }
            let timer = Timer(
                label: TransferMetrics.durationName, dimensions: labels + outcome, factory: metrics.factory)
            timer.recordNanoseconds((ContinuousClock.now - start).inNanoseconds)
        }
    }

    private let factory: any MetricsFactory
    private let servers = Mutex<Set<String>>([])

    init(_ factory: any MetricsFactory) {
        factory.describe(
            Self.durationName, help: "Time from an outgoing request's beginning to the last byte of its answer.",
            buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60])
        factory.describe(Self.activeName, help: "Outgoing requests that are under way.")
        self.factory = factory
    }

    /// Takes a call's beginning.
    func begin(_ request: TransferRequest) -> Call {
        let method = Self.methods.first { request.method.hasSameText(as: $0) } ?? "_OTHER"
        let labels = [("http_request_method", method)] + server(of: request)
        let active = Meter(label: Self.activeName, dimensions: labels, factory: factory)
        active.increment()
        return Call(metrics: self, labels: labels, active: active)
    }

    /// The labels that tell the server: the name that the caller has for it, or host and port of the URL.
    private func server(of request: TransferRequest) -> [(String, String)] {
        let labels =
            request.peerName.map { [("server_address", $0)] }
            ?? request.authority.map { [("server_address", $0.host), ("server_port", "\($0.port)")] }
        let isKnown = servers.withLock { servers in
            guard let labels else { return false }
            let key = labels.map(\.1).joined(separator: " ")
            if servers.count < Self.mostServers { servers.insert(key) }
            return servers.contains(key)
        }
        return isKnown ? labels ?? [] : [("server_address", Self.other)]
    }
}

/// Passes everything on, and tells the metrics how the call ended.
final class ObservedSink: TransferSink {
    private let sink: any TransferSink
    private let call: TransferMetrics.Call
    private let status = Atomic(0)

    init(_ sink: any TransferSink, _ call: TransferMetrics.Call) {
        self.sink = sink
        self.call = call
    }

    func head(status: Int, headers: [TransferHeader]) {
        self.status.store(status, ordering: .relaxed)
        sink.head(status: status, headers: headers)
    }

    func body(_ bytes: UnsafeRawBufferPointer) -> Bool { sink.body(bytes) }

    func finish(_ result: Result<TransferTiming, TransferError>) {
        // Before the one who waits goes on: it then finds itself counted.
        call.end(result.map { _ in status.load(ordering: .relaxed) })
        sink.finish(result)
    }
}

extension TransferRequest {
    /// Host, in lower case and without brackets, and port of the URL; nil where the host is none that DNS could have.
    var authority: (host: String, port: Int)? {
        let isSecure = url.utf8.prefix(8).map(\.asciiLowercased).elementsEqual("https://".utf8)
        let rest = url.utf8.dropFirst(isSecure ? 8 : 7)
        let whole = rest.prefix { !"/?#".utf8.contains($0) }
        let own = whole.lastIndex(of: UInt8(ascii: "@")).map { whole[whole.index(after: $0)...] } ?? whole
        var host = own
        var port: Substring.UTF8View?
        if let colon = own.lastIndex(of: UInt8(ascii: ":")), !own[colon...].contains(UInt8(ascii: "]")) {
            host = own[..<colon]
            port = own[own.index(after: colon)...]
        }
        let bare = host.filter { !"[]".utf8.contains($0) }.map(\.asciiLowercased)
        guard (1...253).contains(bare.count) else { return nil }
        let number = port.flatMap { $0.isEmpty ? nil : UInt16(String(decoding: $0, as: UTF8.self)) }
        return (String(decoding: bare, as: UTF8.self), number.map(Int.init) ?? (isSecure ? 443 : 80))
    }
}

extension Duration {
    fileprivate var inNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
    }
}

import CoreMetrics
import Datastore
import JWTKit
import Logging
import MetricDescribing
import Settings
import Synchronization
import Transfer

/// The public keys of one trusted issuer: fetched when they are first needed, kept as long as its Cache-Control says,
/// and kept longer while it does not answer.
final class TrustedKeys: Sendable {
    /// What is known of a key.
    enum Answer: Sendable {
        case found(any JWTAlgorithm)
        /// Keys are to be fetched first: `refresh`.
        case waits
        /// The issuer has no such key.
        case unknown
        /// Nothing was ever fetched.
        case unavailable
    }

    private struct State {
        var keys: [String: any JWTAlgorithm] = [:]
        /// Until when the keys are good without a new look.
        var freshUntil: Timestamp?
        /// When they were last asked for.
        var asked: Timestamp?
        var asking: Task<Void, Never>?
    }

    let issuer: String
    private let url: String
    private let transfer: TransferClient
    private let timeout: Duration
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let succeeded: Counter
    private let failed: Counter
    private let state = Mutex(State())

    /// How soon the issuer may be asked again, whatever strangers send: for a key that is not known, or after a
    /// failure.
    static let pause = Duration.seconds(30)

    init(
        _ issuer: TrustedIssuer, transfer: TransferClient, timeout: Duration, now: @escaping @Sendable () -> Timestamp,
        metrics: any MetricsFactory, logger: Logger
    ) {
        self.issuer = issuer.issuer
        url = issuer.keysURL
        self.transfer = transfer
        self.timeout = timeout
        self.now = now
        self.logger = logger
        let name = "trivet_identity_key_fetches_total"
        metrics.describe(name, help: "Times that a trusted issuer was asked for its keys, by how that ended.")
        (succeeded, failed) = (
            Counter(label: name, dimensions: [("issuer", issuer.issuer), ("result", "ok")], factory: metrics),
            Counter(label: name, dimensions: [("issuer", issuer.issuer), ("result", "failed")], factory: metrics)
        )
        for counter in [succeeded, failed] { counter.increment(by: 0) }
    }

    /// The key of an id.
    ///
    /// - Parameter mayWait: whether the answer may be to fetch first; without, what is at hand must do.
    func key(_ id: String, mayWait: Bool) -> Answer {
        let now = now()
        return state.withLock { state in
            let known = state.keys[id]
            let isFresh = state.freshUntil.map { Self.isBetween(now, $0, CacheControl.bounds.upperBound) } ?? false
            if let known, isFresh { return .found(known) }
            if mayWait, !Self.wasAsked(state, now) { return .waits }
            if let known { return .found(known) }
            return state.keys.isEmpty ? .unavailable : .unknown
        }
    }

    /// Asks the issuer, once for all who wait, unless it was asked just now.
    func refresh() async {
        let now = now()
        let task = state.withLock { state -> Task<Void, Never>? in
            if let asking = state.asking { return asking }
            guard !Self.wasAsked(state, now) else { return nil }
            let task = Task { await ask() }
            state.asking = task
            return task
        }
        await task?.value
    }

    private func ask() async {
        let outcome: Result<([String: any JWTAlgorithm], Duration), any Error>
        do {
            let isLocal = url.utf8.starts(with: "http://".utf8)
            let answer = try await transfer.execute(
                TransferRequest(
                    url: url, timeout: timeout, connectTimeout: timeout / 2, maximumResponseBytes: 1 << 20,
                    useProxy: !isLocal))
            guard answer.status == 200 else {
                throw IdentityError(.unavailable, "it answered \(answer.status)")
            }
            outcome = .success((try await KeySet.read(answer.body), CacheControl.lifetime(answer.headers)))
        } catch { outcome = .failure(error) }
        let now = now()
        state.withLock { state in
            state.asking = nil
            state.asked = now
            guard case .success(let (keys, lifetime)) = outcome else { return }
            state.keys = keys
            state.freshUntil = now.advanced(by: lifetime)
        }
        switch outcome {
        case .success: succeeded.increment()
        case .failure(let error):
            failed.increment()
            logger.warning(
                "the keys of a trusted issuer cannot be fetched; those at hand are kept",
                metadata: ["issuer": "\(issuer)", "url": "\(url)", "error": "\(error)"])
        }
    }

    /// Whether the issuer was asked within the pause; a clock that was set back does not stop the asking.
    private static func wasAsked(_ state: State, _ now: Timestamp) -> Bool {
        state.asked.map { isBetween(now, $0.advanced(by: pause), pause) } ?? false
    }

    /// Whether `time` is still to come, but not so far off that the clock must have been set.
    private static func isBetween(_ now: Timestamp, _ time: Timestamp, _ longest: Duration) -> Bool {
        now < time && time.since(now) <= longest
    }
}

import CoreMetrics
import Database
import Datastore
import Foundation
import Instruments
import Logging
import SQLiteEngine
import ServiceLifecycle
import Settings
import Synchronization
import TestReceiver
import TestSupport
import Testing
import Transfer

@testable import PubSub

/// A datastore in a folder of its own; Pub/Subs come and go in it as daemons do.
final class World: Sendable {
    let engine: TestEngine
    let datastore: Datastore
    let client = TransferClient()
    let registry = MetricRegistry()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    /// What the clock on the wall says: it stands still until a test sets it.
    let now = Mutex(World.begin)
    /// What the time that never jumps is ahead of the system's.
    let uptimeAhead = Mutex(Duration.zero)
    static let begin = Timestamp.now
    private let folder: URL
    private let file: DatabaseFile

    /// Opens a world, does the body in it, and clears it away.
    static func with(_ body: (World) async throws -> Void) async throws {
        let world = try await World()
        do {
            try await body(world)
        } catch {
            try await world.close()
            throw error
        }
        try await world.close()
    }

    private init() async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pubsub-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let configuration = DatabaseConfiguration(
            path: folder.appendingPathComponent("state.db").path, applicationID: 1, synchronous: .normal,
            migrations: SQLiteEngine.migrations, name: "state")
        file = try DatabaseFile.open(configuration, metrics: NOOPMetricsHandler.instance, logger: logger) { _ in }
        engine = TestEngine(SQLiteEngine(database: file))
        datastore = try await Datastore(
            engine: engine, metrics: NOOPMetricsHandler.instance, logger: logger)
    }

    private func close() async throws {
        await client.shutdown()
        try await file.close()
        try FileManager.default.removeItem(at: folder)
    }

    /// Sets the clock on the wall so far ahead of the test's begin.
    func clockAhead(by duration: Duration) { now.withLock { $0 = World.begin.advanced(by: duration) } }

    /// Lets so much time pass, for deadlines.
    func pass(_ duration: Duration) { uptimeAhead.withLock { $0 += duration } }

    /// A Pub/Sub whose ack deadlines of 10 s take as long as told: by default longer than any test.
    func pubsub(
        ackDeadline: Duration = .seconds(3600), maxOutstanding: Int = 1000, maxConnections: Int = 2000,
        tokens: (any PushTokenSource)? = nil, shutdownTimeout: Duration = patience
    ) async throws -> PubSub {
        let begin = ContinuousClock.now
        return try await PubSub(
            datastore: datastore, project: "my-project",
            sender: PushSender(client: client, resolve: { PushEndpoint(TransferEndpoint(url: $0)) }, tokens: tokens),
            settings: PubSubSettings(maxOutstandingPushes: maxOutstanding, maxConnections: maxConnections),
            clock: PubSubClock(
                now: { self.now.withLock { $0 } },
                uptime: { ContinuousClock.now - begin + self.uptimeAhead.withLock { $0 } },
                sleep: { time in
                    let ahead = self.uptimeAhead.withLock { $0 }
                    try? await Task.sleep(until: begin + time - ahead, clock: .continuous)
                }),
            timing: PubSubTiming(
                ackSecond: ackDeadline / 10, retryAfter: .milliseconds(50), gaugeInterval: .milliseconds(50),
                cleaningInterval: .seconds(3600), shutdownTimeout: shutdownTimeout),
            metrics: registry, logger: logger)
    }

    /// Runs a Pub/Sub beside the body, and stops it as the daemon does.
    func running(_ pubsub: PubSub, _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(configuration: .init(services: [.init(service: pubsub)], logger: logger))
        let service = Task { try await group.run() }
        #expect(await eventually { pubsub.hub.isRunning })
        do {
            try await body()
        } catch {
            await group.triggerGracefulShutdown()
            try? await service.value
            throw error
        }
        await group.triggerGracefulShutdown()
        try await service.value
    }

    /// How many entities of a kind there are.
    func count(_ kind: String) async throws -> Int {
        try await datastore.count(Query(kind: kind, namespace: Key.platformNamespace))
    }

    /// Waits until no message and no delivery is stored.
    func expectEmpty(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let isEmpty = try await eventually {
            let messages = try await count(Keys.messageKind)
            let deliveries = try await count(Keys.deliveryKind)
            return messages == 0 && deliveries == 0
        }
        #expect(isEmpty, sourceLocation: sourceLocation)
    }

    /// Whether a pull waits for messages.
    func hasWaiter(_ pubsub: PubSub) -> Bool {
        pubsub.hub.allSubscribers.contains { $0.state.withLock { !$0.waiters.isEmpty } }
    }

    /// Whether a label of any metric has this value.
    func hasMetrics(of value: String) -> Bool {
        String(decoding: registry.exposition(), as: UTF8.self).contains("=\"\(value)\"")
    }

    /// The sum of a metric's samples with these labels.
    func metric(_ name: String, _ labels: String...) -> Double {
        let text = String(decoding: registry.exposition(), as: UTF8.self)
        return text.split(separator: "\n").filter { line in
            line.hasPrefix(name) && labels.allSatisfy { line.contains($0) }
        }.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
    }
}

extension PubSub {
    /// Makes topic `topic` and a push subscription `sub` on it.
    func makePush(_ receiver: TestReceiver, _ change: (inout Subscription) -> Void = { _ in }) async throws {
        var subscription = Subscription(id: "sub", topic: "topic")
        subscription.pushConfig = PushConfig(pushEndpoint: receiver.url)
        change(&subscription)
        try await createTopic("topic")
        try await createSubscription(subscription)
    }

    /// Makes topic `topic` and a pull subscription `sub` on it.
    func makePull(_ change: (inout Subscription) -> Void = { _ in }) async throws {
        var subscription = Subscription(id: "sub", topic: "topic")
        change(&subscription)
        try await createTopic("topic")
        try await createSubscription(subscription)
    }

    @discardableResult
    func publish(_ texts: String..., key: String = "", attributes: Attributes = Attributes()) async throws -> [String] {
        try await publish(
            texts.map { PubSubMessage(data: Array($0.utf8), attributes: attributes, orderingKey: key) }, to: "topic")
    }

    /// What a pull gives that waits for its messages.
    func pullSoon(_ subscription: String = "sub", limit: Int = 100) async throws -> [ReceivedMessage] {
        var pulled: [ReceivedMessage] = []
        try await eventually("a message in \(subscription)") {
            pulled = try await pull(subscription, limit: limit, wait: .seconds(60))
            return !pulled.isEmpty
        }
        return pulled
    }

    /// The texts that a pull gives.
    func pullTexts(_ limit: Int = 100, wait: Duration = .zero) async throws -> [String] {
        try await pull("sub", limit: limit, wait: wait).map(\.text)
    }
}

extension ReceivedMessage {
    var text: String { String(decoding: message.data, as: UTF8.self) }
}

/// An engine whose writes fail when told, all of them or, as on a disk that is full, those that store.
final class TestEngine: Engine {
    private let base: any Engine
    private let isBroken = Atomic(false)
    private let isFull = Atomic(false)

    init(_ base: any Engine) { self.base = base }

    func setBroken(_ broken: Bool) { isBroken.store(broken, ordering: .releasing) }
    func setFull(_ full: Bool) { isFull.store(full, ordering: .releasing) }

    func read<T: Sendable>(_ body: @escaping @Sendable (any EngineSnapshot) throws -> T) async throws -> T {
        try await base.read(body)
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (any EngineTransaction) throws -> T) async throws -> T {
        try await write(for: .storing, body)
    }

    func write<T: Sendable>(
        for purpose: WritePurpose, _ body: @escaping @Sendable (any EngineTransaction) throws -> T
    ) async throws -> T {
        if isBroken.load(ordering: .acquiring) { throw DatastoreError(.resourceExhausted, "the disk is broken") }
        if purpose == .storing, isFull.load(ordering: .acquiring) {
            throw DatastoreError(.diskFull, "the disk is full")
        }
        return try await base.write(for: purpose, body)
    }
}

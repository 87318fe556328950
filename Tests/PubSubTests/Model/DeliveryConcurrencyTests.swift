import Datastore
import Synchronization
import TestSupport
import Testing

@testable import PubSub

/// Everything at once: publishers, receivers, subscriptions that come, are sought and go, cleanings, a disk that fails now
/// and then, and a clock that runs.
@Suite(.timeLimit(.minutes(20))) struct DeliveryConcurrencyTests {
    /// What is known about the messages of the subscription `keep`.
    private final class Ledger: Sendable {
        let published = Mutex<Set<String>>([])
        let acknowledged = Mutex<Set<String>>([])
        let repeated = Mutex<[String]>([])
        let isOver = Atomic(false)

        var isAcknowledged: Bool { published.withLock { $0 }.isSubset(of: acknowledged.withLock { $0 }) }
    }

    @Test(
        "Whatever goes on beside it, a subscription gets each message, and none again that it acknowledged",
        arguments: UInt64(0)..<4)
    func beside(seed: UInt64) async throws {
        var life = try await Life(seed: seed)
        try await life.step(.createTopic("topic", nil))
        var keep = Subscription(id: "keep", topic: "topic")
        keep.enableMessageOrdering = seed % 2 == 0
        keep.retryPolicy = seed % 3 == 0 ? RetryPolicy(minimumBackoff: .seconds(1)) : nil
        try await life.step(.create(keep))
        let ledger = Ledger()
        let (engine, clock, pubsub) = (life.engine, life.clock, life.pubsub)
        await withTaskGroup(of: Void.self) { group in
            for client in UInt64(0)..<2 {
                group.addTask { await receive(pubsub, ledger, SeededRandom(seed: seed * 100 + client)) }
            }
            for client in UInt64(2)..<4 {
                group.addTask {
                    await administer(pubsub, "other-\(client)", ledger, SeededRandom(seed: seed * 100 + client))
                }
            }
            group.addTask {
                while !ledger.isOver.load(ordering: .acquiring) {
                    clock.advance(by: .seconds(2))
                    await pubsub.cleaner.clean()
                    engine.refuseNext(Int.random(in: 0..<3) == 0)
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
            group.addTask {
                await withTaskGroup(of: Void.self) { group in
                    for client in UInt64(4)..<7 {
                        group.addTask { await publish(pubsub, ledger, SeededRandom(seed: seed * 100 + client)) }
                    }
                }
                let isDone = await eventually { ledger.isAcknowledged }
                #expect(isDone, "all that was published is received")
                ledger.isOver.store(true, ordering: .releasing)
            }
        }
        engine.refuseNext(false)
        #expect(ledger.repeated.withLock { $0 } == [])
        #expect(ledger.published.withLock { $0.count } > 50)
        await life.quiet()
        #expect(try pubsub.status(of: "keep").backlog == 0)
        try await clear(life)
        await life.end()
    }

    private func publish(_ pubsub: PubSub, _ ledger: Ledger, _ random: SeededRandom) async {
        var random = random
        for number in 0..<40 {
            let messages = (0...Int.random(in: 0...2, using: &random)).map { part in
                PubSubMessage(
                    data: Array("\(number) \(part)".utf8),
                    orderingKey: ["", "x", "y"].randomElement(using: &random) ?? "")
            }
            // One that fails is not stored: its publisher knows no ids.
            guard let ids = try? await pubsub.publish(messages, to: "topic") else { continue }
            ledger.published.withLock { $0.formUnion(ids) }
        }
    }

    private func receive(_ pubsub: PubSub, _ ledger: Ledger, _ random: SeededRandom) async {
        var random = random
        while !ledger.isOver.load(ordering: .acquiring) {
            let before = ledger.acknowledged.withLock { $0 }
            let limit = Int.random(in: 1...10, using: &random)
            for message in (try? await pubsub.pull("keep", limit: limit)) ?? [] {
                if before.contains(message.messageID) { ledger.repeated.withLock { $0.append(message.messageID) } }
                switch Int.random(in: 0..<10, using: &random) {
                case 0: _ = try? await pubsub.modifyAckDeadline("keep", ackIDs: [message.ackID], seconds: 0)
                case 1: break
                default:
                    let count = try? await pubsub.acknowledge("keep", ackIDs: [message.ackID])
                    if count == 1 { ledger.acknowledged.withLock { _ = $0.insert(message.messageID) } }
                }
            }
            await Task.yield()
        }
    }

    /// Another subscription's life beside it, over and over.
    private func administer(_ pubsub: PubSub, _ name: String, _ ledger: Ledger, _ random: SeededRandom) async {
        var random = random
        while !ledger.isOver.load(ordering: .acquiring) {
            var subscription = Subscription(id: name, topic: "topic")
            subscription.retainAckedMessages = Bool.random(using: &random)
            _ = try? await pubsub.createSubscription(subscription)
            for _ in 0..<10 {
                let pulled = (try? await pubsub.pull(name, limit: 5)) ?? []
                if !pulled.isEmpty { _ = try? await pubsub.acknowledge(name, ackIDs: pulled.map(\.ackID)) }
                switch Int.random(in: 0..<10, using: &random) {
                case 0: try? await pubsub.seek(name, to: .earliest)
                case 1: try? await pubsub.seek(name, to: .latest)
                case 2: _ = try? await pubsub.updateSubscription(name) { $0.retainAckedMessages.toggle() }
                case 3: try? await pubsub.detach(name)
                default: break
                }
            }
            try? await pubsub.deleteSubscription(name)
        }
    }

    /// Deletes all that there is and looks whether anything remains.
    private func clear(_ life: Life) async throws {
        for subscription in life.pubsub.subscriptions() { try await life.pubsub.deleteSubscription(subscription.id) }
        try await life.pubsub.deleteTopic("topic")
        for _ in 0..<2 {
            await life.pubsub.cleaner.clean()
            life.clock.advance(by: .seconds(61))
        }
        await life.pubsub.cleaner.clean()
        for kind in [Keys.messageKind, Keys.deliveryKind, Keys.garbageKind] {
            let count = try await life.datastore.count(Query(kind: kind, namespace: Key.platformNamespace))
            #expect(count == 0, "\(kind)")
        }
    }
}

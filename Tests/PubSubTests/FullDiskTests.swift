import Datastore
import Synchronization
import TestReceiver
import TestSupport
import Testing

@testable import PubSub

@Suite(.timeLimit(.minutes(20))) struct FullDiskTests {
    private func expectRefused(_ body: () async throws -> Void) async {
        let error = await #expect(throws: DatastoreError.self) { try await body() }
        #expect(error?.code == .diskFull)
    }

    @Test("A full disk refuses new messages, topics and subscriptions; what makes room goes on, and so does a start")
    func full() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await world.running(pubsub) {
                try await pubsub.makePull()
                try await pubsub.publish("a", "b", "c")
                world.engine.setFull(true)
                await expectRefused { try await pubsub.publish("d") }
                await expectRefused { try await pubsub.createTopic("other") }
                await expectRefused { try await pubsub.createSubscription(Subscription(id: "other", topic: "topic")) }
                let pulled = try await pubsub.pullSoon(limit: 2)
                #expect(try await pubsub.acknowledge("sub", ackIDs: pulled.map(\.ackID)) == 2)
                #expect(try await world.count(Keys.messageKind) == 1)
                try await pubsub.updateSubscription("sub") { $0.ackDeadlineSeconds = 20 }
                try await pubsub.seek("sub", to: .latest)
                try await world.expectEmpty()
            }
            let next = try await world.pubsub()
            #expect(try next.subscription("sub").ackDeadlineSeconds == 20)
            try await world.running(next) {
                try await next.deleteSubscription("sub")
                try await next.deleteTopic("topic")
                world.engine.setFull(false)
                try await next.makePull()
                try await next.publish("e")
                #expect(try await next.pullSoon().map(\.text) == ["e"])
            }
        }
    }

    @Test("On a full disk acknowledgements do not wait behind failures that find no room")
    func failures() async throws {
        let failures = Mutex(3)
        let receiver = try TestReceiver { _ in
            failures.withLock { left in
                left -= 1
                return .answer(left < 0 ? 200 : 500)
            }
        }
        defer { receiver.stop() }
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePush(receiver) {
                $0.retryPolicy = RetryPolicy(minimumBackoff: .zero, maximumBackoff: .zero)
            }
            try await pubsub.publish("a", "b", "c")
            world.engine.setFull(true)
            try await world.running(pubsub) { try await world.expectEmpty() }
            #expect(world.metric("trivet_pubsub_deliveries_total", "\"rejected\"") == 3)
        }
    }

    @Test("On a full disk a dead letter stays where it is until there is room")
    func deadLetters() async throws {
        let receiver = try TestReceiver { _ in .answer(500) }
        defer { receiver.stop() }
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.createTopic("dead")
            try await pubsub.createSubscription(Subscription(id: "graves", topic: "dead"))
            try await pubsub.makePush(receiver) {
                $0.deadLetterPolicy = DeadLetterPolicy(deadLetterTopic: "dead", maxDeliveryAttempts: 5)
                $0.retryPolicy = RetryPolicy(minimumBackoff: .zero, maximumBackoff: .zero)
            }
            try await pubsub.publish("a")
            world.engine.setFull(true)
            try await world.running(pubsub) {
                #expect(await eventually { receiver.pushes.count >= 6 })
                #expect(try await pubsub.pull("graves", limit: 1).isEmpty)
                world.engine.setFull(false)
                let dead = try await pubsub.pullSoon("graves")
                #expect(dead.map(\.text) == ["a"])
            }
        }
    }
}

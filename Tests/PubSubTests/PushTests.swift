import Datastore
import JSON
import Synchronization
import TestReceiver
import TestSupport
import Testing

@testable import PubSub

@Suite(.timeLimit(.minutes(20))) struct PushTests {
    @Test("A push has the envelope that Google's has")
    func envelope() async throws {
        let receiver = try TestReceiver()
        defer { receiver.stop() }
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePush(receiver) { $0.enableMessageOrdering = true }
            try await world.running(pubsub) {
                let ids = try await pubsub.publish("hello", key: "k", attributes: ["eventType": "OBJECT_FINALIZE"])
                try await world.expectEmpty()
                let push = try #require(receiver.pushes.first)
                #expect(push.head.hasPrefix("POST /push HTTP/1.1\r\n"))
                #expect(push.head.contains("\r\nContent-Type: application/json"))
                let body = try #require(try JSONValue(parsing: push.body).object)
                #expect(body["subscription"] == "projects/my-project/subscriptions/sub")
                #expect(body["deliveryAttempt"] == nil)
                let message = try #require(body["message"]?.object)
                #expect(message["attributes"] == ["eventType": "OBJECT_FINALIZE"])
                #expect(message["data"] == "aGVsbG8=")
                #expect(message["messageId"] == .string(ids[0]))
                #expect(message["message_id"] == .string(ids[0]))
                #expect(message["orderingKey"] == "k")
                #expect(message["publishTime"] == message["publish_time"])
                #expect(Timestamp(rfc3339: message["publishTime"]?.string ?? "") != nil)
                #expect(world.metric("trivet_pubsub_push_duration_seconds_count", "\"sub\"") == 1)
            }
        }
    }

    @Test("102, 200, 201, 202 and 204 acknowledge", arguments: [102, 200, 201, 202, 204])
    func acknowledging(status: Int) async throws {
        let receiver = try TestReceiver { _ in .answer(status) }
        defer { receiver.stop() }
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePush(receiver)
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                try await world.expectEmpty()
                #expect(receiver.data == ["a"])
            }
        }
    }

    @Test(
        "Whatever goes wrong at an endpoint, the message comes again until it is acknowledged",
        arguments: [
            (TestReceiver.Behaviour.answer(500), "rejected"), (.answer(203), "rejected"), (.answer(404), "rejected"),
            (.answer(302), "rejected"), (.reset, "unreachable"), (.garbage, "unreachable"),
        ])
    func misbehaving(behaviour: TestReceiver.Behaviour, result: String) async throws {
        let seen = Counter()
        let receiver = try TestReceiver { _ in seen.next() <= 2 ? behaviour : .answer(200) }
        defer { receiver.stop() }
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePush(receiver)
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                try await world.expectEmpty()
                #expect(receiver.data == ["a", "a", "a"])
                #expect(Set(receiver.pushes.map(\.id)).count == 1)
                #expect(world.metric("trivet_pubsub_deliveries_total", "\"\(result)\"", "\"sub\"") == 2)
                let failure = try #require(try pubsub.status(of: "sub").lastPushFailure)
                #expect(!failure.message.isEmpty)
            }
        }
    }

    @Test(
        "An endpoint that does not answer within the ack deadline gets the message again until it does",
        arguments: [TestReceiver.Behaviour.hang, .trickle, .tooLate])
    func timeouts(behaviour: TestReceiver.Behaviour) async throws {
        let seen = Counter()
        let receiver = try TestReceiver { _ in seen.next() <= 2 ? behaviour : .answer(200) }
        defer { receiver.stop() }
        try await World.with { world in
            let pubsub = try await world.pubsub(ackDeadline: .milliseconds(500))
            try await pubsub.makePush(receiver)
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                try await world.expectEmpty()
                // On a busy machine the good answer, too, may come too late.
                #expect(receiver.data.count >= 3 && Set(receiver.data) == ["a"])
                #expect(Set(receiver.pushes.map(\.id)).count == 1)
                #expect(world.metric("trivet_pubsub_deliveries_total", "\"timed_out\"", "\"sub\"") >= 2)
                let failure = try #require(try pubsub.status(of: "sub").lastPushFailure)
                #expect(!failure.message.isEmpty)
            }
        }
    }

    @Test("An endpoint that is down for a while gets all that was published meanwhile")
    func downForAWhile() async throws {
        let receiver = try TestReceiver()
        defer { receiver.stop() }
        let count = 50
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePush(receiver)
            receiver.pause()
            try await world.running(pubsub) {
                for number in 0..<count { try await pubsub.publish("\(number)") }
                #expect(await eventually { world.metric("trivet_pubsub_deliveries_total", "\"unreachable\"") > 0 })
                #expect(try pubsub.status(of: "sub").backlog == count)
                try receiver.resume()
                try await world.expectEmpty()
                #expect(Set(receiver.data) == Set((0..<count).map { "\($0)" }))
                #expect(try pubsub.status(of: "sub").backlog == 0)
            }
        }
    }

    @Test("A message that is always refused does not hold up the others, nor comes too often")
    func poison() async throws {
        let receiver = try TestReceiver { $0.data == "poison" ? .answer(500) : .answer(200) }
        defer { receiver.stop() }
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePush(receiver)
            try await world.running(pubsub) {
                try await pubsub.publish("poison")
                for number in 0..<200 { try await pubsub.publish("\(number)") }
                let isDone = try await eventually { try await world.count(Keys.deliveryKind) == 1 }
                #expect(isDone)
                #expect(Set(receiver.data).count == 201)
                #expect(receiver.data.count { $0 == "poison" } < 20)
            }
        }
    }

    @Test("With a retry policy, a message comes again after its backoff, doubling")
    func retryPolicy() async throws {
        let receiver = try TestReceiver { _ in .answer(500) }
        defer { receiver.stop() }
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePush(receiver) {
                $0.retryPolicy = RetryPolicy(minimumBackoff: .milliseconds(100), maximumBackoff: .seconds(600))
            }
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                #expect(await eventually { receiver.pushes.count >= 4 })
                let times = receiver.pushes.map(\.time)
                for (number, least) in [100, 200, 400].enumerated() {
                    #expect(times[number + 1] - times[number] >= .milliseconds(least))
                }
                #expect(
                    await eventually {
                        let stored = try? await world.datastore.run(
                            Query(kind: Keys.deliveryKind, namespace: Key.platformNamespace))
                        return stored?.entities.first.flatMap(StoredDelivery.init)?.failures ?? 0 >= 4
                    }, "failures are stored")
            }
        }
    }

    @Test("A message that was pushed too often goes to the dead-letter topic; pushes count their attempts")
    func deadLetters() async throws {
        let receiver = try TestReceiver { _ in .answer(500) }
        defer { receiver.stop() }
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.createTopic("dead")
            try await pubsub.createSubscription(Subscription(id: "graveyard", topic: "dead"))
            try await pubsub.makePush(receiver) {
                $0.deadLetterPolicy = DeadLetterPolicy(deadLetterTopic: "dead", maxDeliveryAttempts: 5)
                $0.retryPolicy = RetryPolicy(minimumBackoff: .zero, maximumBackoff: .zero)
            }
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                let dead = try await pubsub.pullSoon("graveyard")
                #expect(dead.map(\.text) == ["a"])
                let attempts = receiver.pushes.map { push in
                    (try? JSONValue(parsing: push.body))?.object?["deliveryAttempt"]?.integer
                }
                #expect(attempts == [1, 2, 3, 4, 5])
                #expect(world.metric("trivet_pubsub_deliveries_total", "\"dead_lettered\"", "\"sub\"") == 1)
            }
        }
    }

    @Test("Messages with one ordering key are pushed one after the other; a refused one holds back those behind it")
    func ordering() async throws {
        let refusals = Counter()
        let receiver = try TestReceiver { push in
            push.data == "a2" && refusals.next() <= 2 ? .answer(500) : .answer(200)
        }
        defer { receiver.stop() }
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePush(receiver) { $0.enableMessageOrdering = true }
            try await world.running(pubsub) {
                try await pubsub.publish("a1", "a2", "a3", "a4", key: "a")
                try await pubsub.publish("b1", "b2", "b3", key: "b")
                try await world.expectEmpty()
                #expect(receiver.data.filter { $0.hasPrefix("a") } == ["a1", "a2", "a2", "a2", "a3", "a4"])
                #expect(receiver.data.filter { $0.hasPrefix("b") } == ["b1", "b2", "b3"])
            }
        }
    }

    @Test("Hundreds are out at once where the endpoint takes them, and never more than is set")
    func parallel() async throws {
        // The first are answered at once, so that many are let out at once; the others wait until all those are here.
        let (seen, crowd) = (Counter(), TestGate())
        let receiver = try TestReceiver { _ in
            if seen.next() > 500 { crowd.wait() }
            return .answer(200)
        }
        defer { receiver.stop() }
        defer { crowd.open() }
        try await World.with { world in
            let pubsub = try await world.pubsub(maxOutstanding: 250)
            try await pubsub.makePush(receiver)
            let texts = (0..<2000).map { PubSubMessage(data: Array("\($0)".utf8)) }
            for start in stride(from: 0, to: 2000, by: 500) {
                _ = try await pubsub.publish(Array(texts[start..<start + 500]), to: "topic")
            }
            try await world.running(pubsub) {
                #expect(await eventually { receiver.mostActive >= 250 })
                crowd.open()
                try await world.expectEmpty()
                #expect(Set(receiver.data).count == 2000)
                #expect(receiver.mostActive == 250)
            }
        }
    }

    @Test("An endpoint that hangs leaves room for the others")
    func hangingNeighbour() async throws {
        let hanging = try TestReceiver { _ in .hang }
        let working = try TestReceiver()
        defer {
            hanging.stop()
            working.stop()
        }
        try await World.with { world in
            let pubsub = try await world.pubsub(maxConnections: 8, shutdownTimeout: .milliseconds(100))
            try await pubsub.makePush(hanging)
            var other = Subscription(id: "other", topic: "topic")
            other.pushConfig = PushConfig(pushEndpoint: working.url)
            try await pubsub.createSubscription(other)
            try await world.running(pubsub) {
                for number in 0..<100 { try await pubsub.publish("\(number)") }
                #expect(await eventually { Set(working.data).count == 100 })
                #expect(hanging.mostActive <= PushFlow.firstLimit)
            }
        }
    }

    @Test("A push of a subscription with an account carries its token; without one the failure says why")
    func tokens() async throws {
        let receiver = try TestReceiver { $0.head.contains("Bearer for-me@x a-service") ? .answer(200) : .answer(403) }
        defer { receiver.stop() }
        try await World.with { world in
            let oidc = PushConfig.OIDCToken(serviceAccountEmail: "me@x", audience: "a-service")
            var pubsub = try await world.pubsub()
            try await pubsub.makePush(receiver) { $0.pushConfig?.oidcToken = oidc }
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                #expect(await eventually { world.metric("trivet_pubsub_deliveries_total", "\"no_token\"") > 0 })
                #expect(receiver.pushes.isEmpty)
                #expect(try pubsub.status(of: "sub").lastPushFailure?.message.contains("me@x") == true)
            }
            pubsub = try await world.pubsub(tokens: TestTokens())
            try await world.running(pubsub) {
                try await world.expectEmpty()
                let other = PushConfig(pushEndpoint: receiver.url, oidcToken: .init(serviceAccountEmail: "you@x"))
                try await pubsub.updateSubscription("sub") { $0.pushConfig = other }
                try await pubsub.publish("b")
                let hasFailed = try await eventually { try pubsub.status(of: "sub").lastPushFailure != nil }
                #expect(hasFailed)
                let failure = try #require(try pubsub.status(of: "sub").lastPushFailure)
                #expect(failure.status == 403)
                #expect(failure.message.contains("bind roles/run.invoker on the service to serviceAccount:you@x"))
                #expect(receiver.pushes.last?.head.contains("Bearer for-you@x \(receiver.url)") == true)
            }
        }
    }

    @Test("A stop lets pushes under way end, and their acknowledgements are stored")
    func gracefulStop() async throws {
        let stopping = TestGate()
        let receiver = try TestReceiver { _ in
            stopping.wait()
            return .answer(200)
        }
        defer { receiver.stop() }
        defer { stopping.open() }
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePush(receiver)
            let opening = Task {
                #expect(await eventually { pubsub.hub.phase.load(ordering: .acquiring) == .stopping })
                stopping.open()
            }
            try await world.running(pubsub) {
                try await pubsub.publish("a", "b", "c")
                #expect(await eventually { receiver.pushes.count == 3 })
            }
            await opening.value
            #expect(try await world.count(Keys.deliveryKind) == 0)
            #expect(receiver.data.sorted() == ["a", "b", "c"])
        }
    }

    @Test("A disk that is full for a while has nothing sent again that was acknowledged")
    func fullDisk() async throws {
        let broken = TestGate()
        let receiver = try TestReceiver { _ in
            broken.wait()
            return .answer(200)
        }
        defer { receiver.stop() }
        defer { broken.open() }
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePush(receiver)
            try await world.running(pubsub) {
                try await pubsub.publish("a", "b")
                #expect(await eventually { receiver.pushes.count == 2 })
                world.engine.setBroken(true)
                broken.open()
                #expect(await eventually { world.metric("trivet_pubsub_deliveries_total", "\"acknowledged\"") == 2 })
                #expect(try await world.count(Keys.deliveryKind) == 2)
                world.engine.setBroken(false)
                try await world.expectEmpty()
                #expect(receiver.pushes.count == 2)
            }
        }
    }
}

/// Tokens that tell for whom they are.
private struct TestTokens: PushTokenSource {
    func identityToken(for account: String, audience: String) async throws -> String { "for-\(account) \(audience)" }
}

/// Counts calls from any thread.
final class Counter: Sendable {
    private let count = Atomic(0)

    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}

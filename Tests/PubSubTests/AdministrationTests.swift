import Datastore
import Synchronization
import TestReceiver
import TestSupport
import Testing

@testable import PubSub

@Suite(.timeLimit(.minutes(20))) struct AdministrationTests {
    @Test("Topics and subscriptions are made once, found, changed, and there after a restart")
    func lifecycle() async throws {
        try await World.with { world in
            var pubsub = try await world.pubsub()
            try await pubsub.createTopic("projects/my-project/topics/topic", messageRetentionDuration: .seconds(600))
            await expect(.alreadyExists) { try await pubsub.createTopic("topic") }
            await expect(.invalidArgument) {
                try await pubsub.createTopic("short", messageRetentionDuration: .seconds(599))
            }
            await expect(.notFound) { try await pubsub.createSubscription(Subscription(id: "sub", topic: "none")) }
            try await pubsub.createSubscription(Subscription(id: "sub", topic: "topic"))
            await expect(.alreadyExists) {
                try await pubsub.createSubscription(Subscription(id: "sub", topic: "topic"))
            }
            await expect(.notFound) {
                try await pubsub.updateSubscription("sub") {
                    $0.deadLetterPolicy = DeadLetterPolicy(deadLetterTopic: "none")
                }
            }
            await expect(.invalidArgument) { try await pubsub.updateSubscription("sub") { $0.filter = "attributes:a" } }
            await expect(.invalidArgument) { try await pubsub.updateSubscription("sub") { $0.ackDeadlineSeconds = 1 } }
            try await pubsub.updateSubscription("sub") { $0.ackDeadlineSeconds = 99 }
            pubsub = try await world.pubsub()
            #expect(pubsub.topics().map(\.messageRetentionDuration) == [.seconds(600)])
            #expect(try pubsub.subscription("sub").ackDeadlineSeconds == 99)
            #expect(try pubsub.subscriptions(of: "topic") == ["sub"])
            try await pubsub.deleteSubscription("sub")
            try await pubsub.deleteTopic("topic")
            await expect(.notFound) { try await pubsub.deleteSubscription("sub") }
            await expect(.notFound) { try await pubsub.deleteTopic("topic") }
            await expect(.notFound) { _ = try await pubsub.publish("a") }
            pubsub = try await world.pubsub()
            #expect(pubsub.topics().isEmpty && pubsub.subscriptions().isEmpty)
        }
    }

    @Test("A topic is changed, and what was kept for its sake goes when it keeps nothing any more")
    func updateTopic() async throws {
        try await World.with { world in
            var pubsub = try await world.pubsub()
            try await pubsub.createTopic(
                "topic", messageRetentionDuration: .seconds(600), labels: ["a": "1", "b": "2"])
            await expect(.notFound) { try await pubsub.updateTopic("none") { $0.labels = [:] } }
            await expect(.invalidArgument) {
                try await pubsub.updateTopic("topic") { $0.messageRetentionDuration = .seconds(1) }
            }
            await expect(.invalidArgument) { try await pubsub.updateTopic("topic") { $0.labels = ["": ""] } }
            #expect(try await pubsub.updateTopic("topic") { $0.labels["a"] = nil }.labels == ["b": "2"])
            pubsub = try await world.pubsub()
            #expect(try pubsub.topic("topic").labels == ["b": "2"])
            #expect(try pubsub.topic("topic").messageRetentionDuration == .seconds(600))
            let running = pubsub
            try await world.running(running) {
                try await running.publish("kept")
                #expect(try await world.count(Keys.messageKind) == 1)
                try await running.updateTopic("topic") { $0.messageRetentionDuration = nil }
                try await world.expectEmpty()
                try await running.publish("not kept")
                try await world.expectEmpty()
            }
        }
    }

    @Test("Of two changes of a topic at once, neither is lost, and the later one is seen")
    func concurrentTopicChanges() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.createTopic("topic")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask { try await pubsub.updateTopic("topic") { $0.labels["l\(number)"] = "" } }
                }
                try await group.waitForAll()
            }
            #expect(try pubsub.topic("topic").labels.count == 20)
        }
    }

    @Test("Of two changes of a subscription at once, neither is lost: its dead-letter topic is the one last set")
    func concurrentSubscriptionChanges() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePull()
            for topic in ["one", "two"] { try await pubsub.createTopic(topic) }
            for topic in ["one", "projects/my-project/topics/two", nil, "one"] {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<20 {
                        group.addTask {
                            try await pubsub.updateSubscription("sub") { $0.labels["l\(number)"] = topic ?? "" }
                        }
                    }
                    group.addTask {
                        try await pubsub.updateSubscription("sub") {
                            $0.deadLetterPolicy = topic.map { DeadLetterPolicy(deadLetterTopic: $0) }
                        }
                    }
                    try await group.waitForAll()
                }
                let changed = try pubsub.subscription("sub")
                let id = try topic.map { try pubsub.names.id($0, .topics) }
                #expect(changed.deadLetterPolicy?.deadLetterTopic == id)
                #expect(changed.labels.count == 20)
            }
        }
    }

    private func expect(
        _ code: PubSubError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
    ) async {
        var thrown: PubSubError.Code?
        do { try await body() } catch { thrown = (error as? PubSubError)?.code }
        #expect(thrown == code, sourceLocation: sourceLocation)
    }

    @Test("A deleted topic's subscription gives what it has; a new topic of that name is another one")
    func deletedTopic() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePull()
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                try await pubsub.deleteTopic("topic")
                #expect(!pubsub.hasTopic(try pubsub.subscription("sub")))
                try await pubsub.createTopic("topic")
                #expect(!pubsub.hasTopic(try pubsub.subscription("sub")))
                try await pubsub.publish("b")
                #expect(try await pubsub.pullTexts() == ["a"])
            }
        }
    }

    @Test("A subscription that is deleted and made anew has nothing of the old one, which is removed")
    func madeAnew() async throws {
        try await World.with { world in
            var pubsub = try await world.pubsub()
            try await pubsub.makePull()
            try await pubsub.publish("a", "b")
            try await pubsub.deleteSubscription("sub")
            try await pubsub.createSubscription(Subscription(id: "sub", topic: "topic"))
            try await pubsub.publish("c")
            pubsub = try await world.pubsub()
            try await world.running(pubsub) {
                #expect(try await pubsub.pullTexts() == ["c"])
                let isRemoved = try await eventually { try await world.count(Keys.messageKind) == 1 }
                #expect(isRemoved)
                #expect(try await world.count(Keys.deliveryKind) == 1)
            }
        }
    }

    @Test("What is deleted leaves its place among the metrics: also the last of very many names has its own")
    func freshNames() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            let published = "trivet_pubsub_published_messages_total"
            let deliveries = "trivet_pubsub_deliveries_total"
            for number in 0..<320 {
                let (topic, subscription) = ("topic-\(number)", "sub-\(number)")
                try await pubsub.createTopic(topic)
                try await pubsub.createSubscription(Subscription(id: subscription, topic: topic))
                guard number < 319 else { break }
                try await pubsub.deleteSubscription(subscription)
                try await pubsub.deleteTopic(topic)
            }
            _ = try await pubsub.publish([PubSubMessage(data: [1])], to: "topic-319")
            try await world.running(pubsub) {
                let pulled = try await pubsub.pullSoon("sub-319")
                #expect(try await pubsub.acknowledge("sub-319", ackIDs: pulled.map(\.ackID)) == 1)
            }
            #expect(world.metric(published, "\"topic-319\"") == 1)
            #expect(world.metric(deliveries, "\"sub-319\"", "\"acknowledged\"") == 1)
            for name in ["_other", "topic-0", "sub-0", "sub-318"] { #expect(!world.hasMetrics(of: name), "\(name)") }
            #expect(pubsub.hub.registry.withLock { $0.expected.isEmpty })
        }
    }

    @Test("Beyond the first hundreds names are counted together, until there is room for a next one")
    func manyNames() async throws {
        try await World.with { world in
            let metrics = PubSubMetrics(world.registry)
            for number in 0..<302 { metrics.register(topic: "topic-\(number)") }
            metrics.forget(topic: "topic-300")
            metrics.forget(topic: "topic-7")
            metrics.register(topic: "topic-302")
            for number in [7, 299, 301, 302] { metrics.published(1, to: "topic-\(number)") }
            let published = "trivet_pubsub_published_messages_total"
            for (topic, count) in [("topic-299", 1), ("topic-302", 1), ("_other", 2)] {
                #expect(world.metric(published, "\"\(topic)\"") == Double(count))
            }
            #expect(!world.hasMetrics(of: "topic-7"))
            let subscriptions = (0..<302).map { metrics.subscription("sub-\($0)") }
            #expect(subscriptions[299].isNamed && !subscriptions[300].isNamed)
            #expect(subscriptions[300] === subscriptions[301])
            metrics.forget(subscriptions[300])
            #expect(!metrics.subscription("sub-302").isNamed, "one of the others has left no place")
            metrics.forget(subscriptions[7])
            #expect(metrics.subscription("sub-303").isNamed && !metrics.subscription("sub-304").isNamed)
        }
    }

    @Test("A subscription that is made anew before the old one has gone keeps its metrics")
    func sharedMetrics() async throws {
        try await World.with { world in
            let metrics = PubSubMetrics(world.registry)
            let deliveries = "trivet_pubsub_deliveries_total"
            let (old, new) = (metrics.subscription("sub"), metrics.subscription("sub"))
            old.count(.expired)
            metrics.forget(old)
            new.count(.expired)
            #expect(world.metric(deliveries, "\"sub\"", "\"expired\"") == 2)
            metrics.forget(new)
            #expect(!world.hasMetrics(of: "sub"))
        }
    }

    @Test("A topic whose deletion is heard of before its making is not there, and a later one of its name is")
    func overtaken() async throws {
        try await World.with { world in
            let hub = try await world.pubsub().hub
            func record(_ log: Int64) -> TopicRecord {
                TopicRecord(topic: Topic(id: "topic", createTime: World.begin), log: log)
            }
            try await hub.expecting(7) { hub.remove(record(7)) }
            try await hub.expecting(8) {}
            hub.add(record(8))
            hub.add(record(7))
            #expect(try hub.topic("topic").log == 8)
            hub.remove(record(7))
            #expect(try hub.topic("topic").log == 8)
            #expect(world.metric("trivet_pubsub_published_messages_total", "\"topic\"") == 0)
            hub.remove(record(8))
            #expect(hub.registry.withLock { $0.topics.isEmpty && $0.expected.isEmpty })
        }
    }

    @Test("A detached subscription gives nothing and gets nothing, and what it had is removed")
    func detach() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePull()
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                try await pubsub.detach("sub")
                try await pubsub.publish("b")
                await expect(.failedPrecondition) { _ = try await pubsub.pullTexts() }
                await expect(.failedPrecondition) { try await pubsub.seek("sub", to: .earliest) }
                try await world.expectEmpty()
                #expect(try pubsub.subscription("sub").detached)
            }
            let again = try await world.pubsub()
            try await again.publish("c")
            try await world.expectEmpty()
        }
    }

    @Test("A seek into the future acknowledges all, one into the past brings back what is kept")
    func seek() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePull { $0.retainAckedMessages = true }
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                world.clockAhead(by: .seconds(60))
                try await pubsub.publish("b")
                world.clockAhead(by: .seconds(120))
                try await pubsub.publish("c")
                let held = try await pubsub.pull("sub", limit: 9)
                #expect(try await pubsub.acknowledge("sub", ackIDs: [held[0].ackID, held[1].ackID]) == 2)
                try await pubsub.seek("sub", to: World.begin.advanced(by: .seconds(30)))
                #expect(try pubsub.status(of: "sub").backlog == 2)
                #expect(try await pubsub.acknowledge("sub", ackIDs: [held[2].ackID]) == 0, "from before the seek")
                let again = try await pubsub.pull("sub", limit: 9)
                #expect(again.map(\.text) == ["b", "c"])
                try await pubsub.seek("sub", to: .latest)
                #expect(try pubsub.status(of: "sub").backlog == 0)
                #expect(try await pubsub.pullTexts() == [])
                try await pubsub.seek("sub", to: .earliest)
                #expect(try await pubsub.pullTexts() == ["a", "b", "c"])
                try await pubsub.publish("d")
                #expect(try await pubsub.pullTexts() == ["d"])
            }
        }
    }

    @Test("A topic's retention serves subscriptions made later, and ends")
    func topicRetention() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.createTopic("topic", messageRetentionDuration: .seconds(600))
            try await pubsub.publish("a")
            try await pubsub.createSubscription(Subscription(id: "sub", topic: "topic"))
            try await world.running(pubsub) {
                #expect(try await pubsub.pullTexts() == [])
                try await pubsub.seek("sub", to: .earliest)
                let pulled = try await pubsub.pull("sub", limit: 9)
                #expect(pulled.map(\.text) == ["a"])
                #expect(try await pubsub.acknowledge("sub", ackIDs: pulled.map(\.ackID)) == 1)
                await pubsub.cleaner.clean()
                #expect(try await world.count(Keys.messageKind) == 1)
                world.clockAhead(by: .seconds(601))
                await pubsub.cleaner.clean()
                #expect(try await world.count(Keys.messageKind) == 0)
            }
        }
    }

    @Test("What is not acknowledged for longer than it is kept is given up")
    func unackedRetention() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePull { $0.messageRetentionDuration = .seconds(600) }
            try await world.running(pubsub) {
                try await pubsub.publish("a", "b")
                world.clockAhead(by: .seconds(500))
                try await pubsub.publish("c")
                world.clockAhead(by: .seconds(601))
                // By the bell: two cleanings at once would each do a part.
                pubsub.cleaner.ring()
                let discarded = { world.metric("trivet_pubsub_deliveries_total", "\"discarded\"", "\"sub\"") }
                #expect(await eventually { discarded() == 2 })
                #expect(try pubsub.status(of: "sub").backlog == 1)
                #expect(try await pubsub.pullTexts() == ["c"])
                #expect(try await world.count(Keys.messageKind) == 1)
            }
        }
    }

    @Test("A subscription that is not used for its time is deleted, over restarts")
    func expiration() async throws {
        try await World.with { world in
            var pubsub = try await world.pubsub()
            try await pubsub.makePull {
                $0.expirationTTL = .seconds(2 * 86_400)
                $0.messageRetentionDuration = .seconds(86_400)
            }
            try await world.running(pubsub) {
                world.clockAhead(by: .seconds(86_400))
                _ = try await pubsub.pullTexts()
                pubsub.cleaner.ring()
                try await eventually("the use is stored") {
                    let uses = try await world.datastore.run(
                        Query(kind: Keys.activityKind, namespace: Key.platformNamespace))
                    let used = World.begin.advanced(by: .seconds(86_400))
                    return uses.entities.first?["lastUse"]?.timestamp == used
                }
            }
            pubsub = try await world.pubsub()
            world.clockAhead(by: .seconds(5 * 86_400 / 2))
            await pubsub.cleaner.clean()
            #expect(pubsub.subscriptions().count == 1, "it was used a day ago")
            world.clockAhead(by: .seconds(4 * 86_400))
            await pubsub.cleaner.clean()
            #expect(pubsub.subscriptions().isEmpty)
        }
    }

    @Test("A push subscription becomes a pull subscription, and back, with what it has")
    func pushToPull() async throws {
        let receiver = try TestReceiver { _ in .answer(500) }
        defer { receiver.stop() }
        let better = try TestReceiver()
        defer { better.stop() }
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePush(receiver)
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                #expect(await eventually { !receiver.pushes.isEmpty })
                await expect(.failedPrecondition) { _ = try await pubsub.pullTexts() }
                try await pubsub.updateSubscription("sub") { $0.pushConfig = nil }
                let pulled = try await pubsub.pullSoon()
                #expect(pulled.map(\.text) == ["a"])
                _ = try await pubsub.modifyAckDeadline("sub", ackIDs: pulled.map(\.ackID), seconds: 0)
                let config = PushConfig(pushEndpoint: better.url)
                try await pubsub.updateSubscription("sub") { $0.pushConfig = config }
                try await world.expectEmpty()
                #expect(better.data == ["a"])
            }
        }
    }

    @Test("A backlog larger than the window is counted, and delivered whole")
    func largeBacklog() async throws {
        let receiver = try TestReceiver()
        defer { receiver.stop() }
        try await World.with { world in
            var pubsub = try await world.pubsub()
            try await pubsub.makePush(receiver)
            for _ in 0..<6 {
                _ = try await pubsub.publish((0..<500).map { PubSubMessage(data: Array("\($0)".utf8)) }, to: "topic")
            }
            pubsub = try await world.pubsub()
            try await world.running(pubsub) {
                try await pubsub.publish("new")
                try await world.expectEmpty()
                #expect(receiver.pushes.count == 3001)
                #expect(Set(receiver.pushes.map(\.id)).count == 3001)
                #expect(try pubsub.status(of: "sub").backlog == 0)
            }
        }
    }
}

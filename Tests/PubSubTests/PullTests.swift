import Datastore
import TestSupport
import Testing

@testable import PubSub

@Suite(.timeLimit(.minutes(20))) struct PullTests {
    @Test("What is published is pulled once, acknowledged, and then nothing of it is left")
    func roundTrip() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePull()
            try await world.running(pubsub) {
                let ids = try await pubsub.publish("a", "b", "c", attributes: ["x": "1"])
                #expect(ids == ids.sorted())
                #expect(Set(ids).count == 3)
                let first = try await pubsub.pull("sub", limit: 2)
                #expect(first.map(\.text) == ["a", "b"])
                #expect(first.map(\.messageID) == Array(ids.prefix(2)))
                #expect(first[0].message.attributes == ["x": "1"])
                #expect(first[0].deliveryAttempt == nil)
                #expect(try await pubsub.pullTexts() == ["c"])
                #expect(try await pubsub.pullTexts() == [], "all are out")
                #expect(try pubsub.status(of: "sub").backlog == 3)
                #expect(try pubsub.status(of: "sub").outstanding == 3)
                #expect(try await pubsub.acknowledge("sub", ackIDs: first.map(\.ackID)) == 2)
                #expect(try await pubsub.acknowledge("sub", ackIDs: first.map(\.ackID)) == 0, "they have ended")
                #expect(try pubsub.status(of: "sub").backlog == 1)
                #expect(try await world.count(Keys.messageKind) == 1)
                #expect(world.metric("trivet_pubsub_deliveries_total", "\"acknowledged\"", "\"sub\"") == 2)
            }
        }
    }

    @Test("A message whose deadline is over comes again, and the late acknowledgement is the newer receiver's")
    func deadline() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub(ackDeadline: .milliseconds(100))
            try await pubsub.makePull()
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                let first = try await pubsub.pull("sub", limit: 1)
                let second = try await pubsub.pullSoon()
                #expect(second.map(\.text) == ["a"])
                #expect(try await pubsub.acknowledge("sub", ackIDs: first.map(\.ackID)) == 0)
                // In this test the deadline may be over before the line above: then it counts all the same.
                #expect(try await pubsub.acknowledge("sub", ackIDs: second.map(\.ackID)) == 1)
                #expect(world.metric("trivet_pubsub_deliveries_total", "\"expired\"", "\"sub\"") >= 1)
            }
        }
    }

    @Test("A pull gives no more than its answer may hold, and the rest in the next ones, in order")
    func largeMessages() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub(ackDeadline: .seconds(3600))
            try await pubsub.makePull()
            try await world.running(pubsub) {
                let size = PubSubMessage.sizeLimit
                let messages = (0..<24).map { PubSubMessage(data: Array(repeating: $0, count: size)) }
                let ids = try await pubsub.publish(messages, to: "topic")
                var pulled: [[String]] = []
                while pulled.last?.isEmpty != true {
                    pulled.append(try await pubsub.pull("sub", limit: 1_000).map(\.messageID))
                }
                #expect(pulled.map(\.count) == [10, 10, 4, 0])
                #expect(pulled.flatMap(\.self) == ids)
            }
        }
    }

    @Test("A deadline can be extended, and a message given back at once")
    func modifyDeadline() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub(ackDeadline: .seconds(3600))
            try await pubsub.makePull()
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                let first = try await pubsub.pull("sub", limit: 1)
                let ids = first.map(\.ackID)
                #expect(try await pubsub.modifyAckDeadline("sub", ackIDs: ids, seconds: 600) == 1)
                world.pass(.seconds(3601))
                #expect(try await pubsub.pullTexts() == [], "it would be over but for the extension")
                #expect(try await pubsub.modifyAckDeadline("sub", ackIDs: ids, seconds: 0) == 1)
                #expect(try await pubsub.modifyAckDeadline("sub", ackIDs: ids, seconds: 0) == 0)
                #expect(try await pubsub.pullTexts() == ["a"])
                await #expect(throws: PubSubError.self) {
                    try await pubsub.modifyAckDeadline("sub", ackIDs: ids, seconds: 601)
                }
            }
        }
    }

    @Test("A pull that waits is woken by a publish, by the end of its time, and by the daemon's stop")
    func waiting() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePull()
            let last = Task { () -> [String] in
                try await world.running(pubsub) {
                    async let waiting = pubsub.pullSoon().map(\.text)
                    #expect(await eventually { world.hasWaiter(pubsub) })
                    try await pubsub.publish("a")
                    #expect(try await waiting == ["a"])
                    #expect(try await pubsub.pullTexts(wait: .milliseconds(20)) == [])
                    let cancelled = Task { try await pubsub.pullTexts(wait: .seconds(60)) }
                    #expect(await eventually { world.hasWaiter(pubsub) })
                    cancelled.cancel()
                    #expect(try await cancelled.value == [])
                }
                return []
            }
            _ = try await last.value
            await #expect(throws: PubSubError.self) { try await pubsub.pullTexts() }
        }
    }

    @Test("What is not acknowledged comes again after a restart, what is does not, and late acknowledgements count")
    func restart() async throws {
        try await World.with { world in
            var pubsub = try await world.pubsub()
            try await pubsub.makePull()
            var held: [ReceivedMessage] = []
            try await world.running(pubsub) {
                try await pubsub.publish("a", "b", "c", "d")
                held = try await pubsub.pull("sub", limit: 3)
                _ = try await pubsub.acknowledge("sub", ackIDs: [held[0].ackID])
            }
            pubsub = try await world.pubsub()
            try await world.running(pubsub) {
                #expect(try await pubsub.acknowledge("sub", ackIDs: [held[1].ackID]) == 1)
                #expect(try await pubsub.acknowledge("sub", ackIDs: [held[0].ackID]) == 0)
                #expect(try await pubsub.pullTexts() == ["c", "d"])
                #expect(try pubsub.status(of: "sub").backlog == 2)
                let more = try await pubsub.publish("e")
                #expect(more[0] > held[2].messageID, "numbers go on")
            }
        }
    }

    @Test("A filter leaves out what it does not want, and nothing is stored of it")
    func filter() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePull { $0.filter = "attributes.type = \"x\"" }
            try await world.running(pubsub) {
                try await pubsub.publish("no", attributes: ["type": "y"])
                #expect(try await world.count(Keys.messageKind) == 0)
                try await pubsub.publish("yes", attributes: ["type": "x"])
                #expect(try await pubsub.pullTexts() == ["yes"])
            }
        }
    }

    @Test("Each subscription of a topic has its own, and the message goes with the last of them")
    func severalSubscriptions() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePull()
            try await pubsub.createSubscription(Subscription(id: "other", topic: "topic"))
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                let mine = try await pubsub.pull("sub", limit: 9)
                _ = try await pubsub.acknowledge("sub", ackIDs: mine.map(\.ackID))
                #expect(try await world.count(Keys.messageKind) == 1)
                let others = try await pubsub.pull("other", limit: 9)
                #expect(others.map(\.text) == ["a"])
                #expect(try await pubsub.acknowledge("sub", ackIDs: others.map(\.ackID)) == 0, "another's id")
                _ = try await pubsub.acknowledge("other", ackIDs: others.map(\.ackID))
                try await world.expectEmpty()
            }
        }
    }

    @Test("After a restart, messages of several subscriptions are swept when the last has let go")
    func severalAfterRestart() async throws {
        try await World.with { world in
            var pubsub = try await world.pubsub()
            try await pubsub.makePull()
            try await pubsub.createSubscription(Subscription(id: "other", topic: "topic"))
            try await pubsub.publish("a", "b")
            pubsub = try await world.pubsub()
            try await world.running(pubsub) {
                for name in ["sub", "other"] {
                    let pulled = try await pubsub.pull(name, limit: 9)
                    #expect(pulled.map(\.text) == ["a", "b"])
                    #expect(try await pubsub.acknowledge(name, ackIDs: pulled.map(\.ackID)) == 2)
                }
                pubsub.cleaner.ring()
                try await world.expectEmpty()
            }
        }
    }

    @Test("Messages with one ordering key come one after the other, also when one is given back")
    func ordering() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePull { $0.enableMessageOrdering = true }
            try await world.running(pubsub) {
                try await pubsub.publish("a1", "a2", "a3", key: "a")
                try await pubsub.publish("b1", key: "b")
                try await pubsub.publish("free")
                let first = try await pubsub.pull("sub", limit: 9)
                #expect(first.map(\.text) == ["a1", "b1", "free"])
                _ = try await pubsub.modifyAckDeadline("sub", ackIDs: [first[0].ackID], seconds: 0)
                for text in ["a1", "a2", "a3"] {
                    let next = try await pubsub.pullSoon()
                    #expect(next.map(\.text) == [text])
                    #expect(try await pubsub.acknowledge("sub", ackIDs: next.map(\.ackID)) == 1)
                }
            }
        }
    }

    @Test("A message that was given back too often goes to the dead-letter topic, with where it came from")
    func deadLetters() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.createTopic("dead")
            try await pubsub.createSubscription(Subscription(id: "graveyard", topic: "dead"))
            try await pubsub.makePull { $0.deadLetterPolicy = DeadLetterPolicy(deadLetterTopic: "dead") }
            try await world.running(pubsub) {
                try await pubsub.publish("a", attributes: ["mine": "1"])
                for attempt in 1...5 {
                    let pulled = try await pubsub.pullSoon()
                    #expect(pulled.map(\.deliveryAttempt) == [attempt])
                    _ = try await pubsub.modifyAckDeadline("sub", ackIDs: pulled.map(\.ackID), seconds: 0)
                }
                let dead = try await pubsub.pullSoon("graveyard")
                #expect(dead.map(\.text) == ["a"])
                let attributes = try #require(dead.first?.message.attributes)
                #expect(attributes["mine"] == "1")
                #expect(attributes["CloudPubSubDeadLetterSourceDeliveryCount"] == "5")
                #expect(attributes["CloudPubSubDeadLetterSourceSubscription"] == "sub")
                #expect(attributes["CloudPubSubDeadLetterSourceSubscriptionProject"] == "my-project")
                #expect(try await pubsub.pullTexts() == [])
                _ = try await pubsub.acknowledge("graveyard", ackIDs: dead.map(\.ackID))
                try await world.expectEmpty()
            }
        }
    }

    @Test("Attempts are kept over a restart, and a dead-letter topic that is not there loses nothing")
    func attemptsSurvive() async throws {
        try await World.with { world in
            var pubsub = try await world.pubsub()
            try await pubsub.createTopic("dead")
            try await pubsub.makePull {
                $0.deadLetterPolicy = DeadLetterPolicy(deadLetterTopic: "dead", maxDeliveryAttempts: 5)
            }
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                for _ in 1...4 {
                    let pulled = try await pubsub.pullSoon()
                    _ = try await pubsub.modifyAckDeadline("sub", ackIDs: pulled.map(\.ackID), seconds: 0)
                }
            }
            pubsub = try await world.pubsub()
            try await world.running(pubsub) {
                try await pubsub.deleteTopic("dead")
                for attempt in [5, 6] {
                    let pulled = try await pubsub.pullSoon()
                    #expect(pulled.map(\.deliveryAttempt) == [attempt])
                    _ = try await pubsub.modifyAckDeadline("sub", ackIDs: pulled.map(\.ackID), seconds: 0)
                }
            }
        }
    }

    @Test("On a full disk nothing is acknowledged that is not stored, and afterwards all goes on")
    func fullDisk() async throws {
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePull()
            try await world.running(pubsub) {
                try await pubsub.publish("a")
                let pulled = try await pubsub.pull("sub", limit: 1)
                world.engine.setBroken(true)
                await #expect(throws: DatastoreError.self) { try await pubsub.publish("b") }
                await #expect(throws: DatastoreError.self) {
                    try await pubsub.acknowledge("sub", ackIDs: pulled.map(\.ackID))
                }
                world.engine.setBroken(false)
                let again = try await pubsub.pullSoon()
                #expect(again.map(\.text) == ["a"])
                #expect(try await pubsub.acknowledge("sub", ackIDs: again.map(\.ackID)) == 1)
                try await world.expectEmpty()
            }
        }
    }

    @Test("After a start, the first publish within a transaction stores a mark for the many that follow")
    func marks() async throws {
        try await World.with { world in
            try await world.pubsub().makePull()
            let pubsub = try await world.pubsub()
            func publish() async throws -> [String] {
                let publication = try await world.datastore.transaction { transaction in
                    try pubsub.publish([PubSubMessage(data: [97])], to: "topic", in: transaction)
                }
                pubsub.announce(publication)
                return publication.messageIDs
            }
            let first = try await publish()
            let mark = try #require(try await world.datastore.lookup(Keys.mark))
            let second = try await publish()
            #expect(try await world.datastore.lookup(Keys.mark)?.version == mark.version)
            #expect(first != second)
            #expect(mark["mark"]?.integer ?? 0 > Int64(second[0]) ?? .max)
        }
    }

    @Test("A publish within a transaction is stored with it, or not at all")
    func transactions() async throws {
        struct Refused: Error {}
        try await World.with { world in
            let pubsub = try await world.pubsub()
            try await pubsub.makePull()
            try await world.running(pubsub) {
                let entity = Entity(key: Key("Thing", name: "a"))
                let publication = try await world.datastore.transaction { transaction in
                    try transaction.put(entity)
                    return try pubsub.publish([PubSubMessage(data: [97])], to: "topic", in: transaction)
                }
                pubsub.announce(publication)
                #expect(try await pubsub.pull("sub", limit: 9).map(\.messageID) == publication.messageIDs)
                await #expect(throws: Refused.self) {
                    try await world.datastore.transaction { transaction in
                        _ = try pubsub.publish([PubSubMessage(data: [98])], to: "topic", in: transaction)
                        throw Refused()
                    }
                }
                await #expect(throws: PubSubError.self) {
                    try await world.datastore.transaction { transaction in
                        try transaction.put(Entity(key: Key("Thing", name: "b")))
                        _ = try pubsub.publish([PubSubMessage(data: [98])], to: "nothing", in: transaction)
                    }
                }
                #expect(try await world.count(Keys.messageKind) == 1)
                #expect(try await world.datastore.lookup(Key("Thing", name: "b")) == nil)
            }
        }
    }
}

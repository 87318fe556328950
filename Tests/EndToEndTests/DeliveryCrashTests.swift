import Foundation
import JSON
import Synchronization
import TestReceiver
import TestSupport
import Testing
import Transfer

/// Kills the daemon at random moments while it pushes to receivers that fail in every way, and holds what arrives
/// against what publishers and receivers were told.
@Suite("SIGKILL between any two links loses no published event, and repeats no stored delivery")
struct DeliveryCrashTests {
    private static let rounds = max(5, CrashTests.rounds * 2 / 5)

    /// What publishers were told, by message id, and what they sent.
    private final class Published: Sendable {
        let acknowledged = Mutex<[String: String]>([:])
        let sent = Mutex<Set<String>>([])
    }

    /// The receivers, and the clients that publish and pull.
    private struct Cast: Sendable {
        let published = Published()
        /// Answers 200, 500, or breaks off.
        let steady = DeliveryLedger()
        /// Is down in every other of the daemon's lives.
        let away = DeliveryLedger()
        /// Hangs, trickles, or answers after the deadline, which makes it be sent again what it acknowledged.
        let slow = DeliveryLedger()
        let pulled = DeliveryLedger()

        var ledgers: [(name: String, ledger: DeliveryLedger)] {
            [("steady", steady), ("away", away), ("slow", slow), ("pulled", pulled)]
        }
    }

    @Test("each acknowledged event arrives everywhere, each is logged once, none comes again that was acknowledged")
    func killAtRandomMoments() async throws {
        let folder = try TestFolder()
        let cast = Cast()
        let isLast = Atomic(false)
        let steady = try TestReceiver { push in
            let fails = !isLast.load(ordering: .relaxed) && Int.random(in: 0..<10) == 0
            cast.steady.note(push.id, Array(push.data.utf8), acknowledges: !fails)
            return fails ? [.answer(500), .reset].randomElement() ?? .reset : .answer(200)
        }
        let away = try TestReceiver { push in
            cast.away.note(push.id, Array(push.data.utf8), acknowledges: true)
            return .answer(200)
        }
        let slowOnes = Atomic(0)
        let slow = try TestReceiver { push in
            // In the end each way of being slow comes once: each lasts for the deadline.
            let number = slowOnes.add(1, ordering: .relaxed).oldValue
            let ways: [TestReceiver.Behaviour] = [.hang, .trickle, .late(.seconds(11))]
            let isSlow = isLast.load(ordering: .relaxed) ? number < ways.count : number % 3 == 0
            cast.slow.note(push.id, Array(push.data.utf8), acknowledges: false)
            return isSlow ? ways[number % ways.count] : .answer(200)
        }
        defer { for receiver in [steady, away, slow] { receiver.stop() } }

        var daemon = try await TestDaemon.start(in: folder, settings: ["purge.retain": "1h"])
        try await subscribe(daemon, [("steady", steady.url, 600), ("away", away.url, 600), ("slow", slow.url, 10)])
        for round in 0..<Self.rounds {
            if round % 2 == 1 { away.pause() }
            try await live(daemon, cast, round: round)
            // What the dead daemon sent is read to its end before anything counts as the next one's.
            try await eventually("nothing is under way") { steady.isIdle() && away.isIdle() }
            for ledger in [cast.steady, cast.away, cast.pulled] { ledger.nextLife() }
            if round % 2 == 1 { try away.resume() }
            daemon = try await TestDaemon.start(in: folder, settings: ["purge.retain": "1h"])
        }
        slowOnes.store(0, ordering: .relaxed)
        isLast.store(true, ordering: .relaxed)
        try await finish(daemon, cast)
        try await check(daemon, cast)
        #expect(await daemon.stop() == .exited(0))
        // Of a message that went to several, a daemon that was killed knows not who was the last: the next one looks.
        let next = try await TestDaemon.start(in: folder)
        let query = """
            SELECT count(*) FROM entity WHERE instr(key, CAST('PubSubDelivery' AS BLOB)) > 0 \
            OR instr(key, CAST('PubSubMessage' AS BLOB)) > 0
            """
        try await eventually("nothing is left of what was delivered") {
            try await run("sqlite3", ["-readonly", folder.file("data/state.db"), query]).output == "0\n"
        }
        #expect(await next.stop() == .exited(0))
    }

    private func subscribe(_ daemon: TestDaemon, _ receivers: [(name: String, url: String, deadline: Int64)])
        async throws
    {
        let admin = Admin(daemon)
        for receiver in receivers {
            _ = try await admin.post(
                "subscriptions",
                [
                    "name": .string(receiver.name), "topic": "storage-event",
                    "ackDeadlineSeconds": .integer(receiver.deadline),
                    "pushConfig": ["pushEndpoint": .string(receiver.url)],
                ])
        }
        _ = try await admin.post(
            "subscriptions", ["name": "pulled", "topic": "storage-event", "ackDeadlineSeconds": 600])
        await admin.end()
    }

    /// One life of the daemon, to its kill.
    private func live(_ daemon: TestDaemon, _ cast: Cast, round: Int) async throws {
        if round % 4 == 2 {
            // Once in a while all is delivered that was published, and the daemon tells so.
            await publish(daemon, cast.published, "\(round)-first")
            try await eventually("what is steady has all") { try await backlog(daemon, "steady") == 0 }
            cast.steady.noteStored()
        }
        await withTaskGroup(of: Void.self) { group in
            for client in 0..<3 { group.addTask { await publish(daemon, cast.published, "\(round)-\(client)") } }
            group.addTask { await pull(daemon, cast.pulled) }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(Int.random(in: 1...500)))
                await daemon.kill()
            }
        }
    }

    private func publish(_ daemon: TestDaemon, _ published: Published, _ who: String) async {
        let admin = Admin(daemon)
        for number in 0..<8 where daemon.process.isRunning {
            let names = (0...Int.random(in: 0...1)).map { "object \(who) \(number) \($0)" }
            published.sent.withLock { $0.formUnion(names) }
            let messages = names.map { name -> JSONValue in
                let data = Data(#"{"name":"\#(name)"}"#.utf8).base64EncodedString()
                return ["data": .string(data), "attributes": ["eventType": "OBJECT_FINALIZE"]]
            }
            let answer = try? await admin.post("topics/storage-event:publish", ["messages": .array(messages)])
            guard let ids = answer?["messageIds"]?.array?.compactMap(\.string) else { break }
            published.acknowledged.withLock { $0.merge(zip(ids, names)) { $1 } }
        }
        await admin.end()
    }

    /// Pulls and acknowledges until the daemon is dead, or until there is nothing more.
    private func pull(_ daemon: TestDaemon, _ ledger: DeliveryLedger, untilEmpty: Bool = false) async {
        let admin = Admin(daemon)
        while daemon.process.isRunning {
            let wait: JSONValue = untilEmpty ? "0s" : "200ms"
            let answer = try? await admin.post("subscriptions/pulled:pull", ["maxMessages": 20, "wait": wait])
            guard let received = answer?["receivedMessages"]?.array else { break }
            if received.isEmpty, untilEmpty { break }
            let messages = received.compactMap { $0.object?["message"]?.object }
            let ids = messages.compactMap { $0["messageId"]?.string }
            for (id, message) in zip(ids, messages) {
                let data = Data(base64Encoded: message["data"]?.string ?? "") ?? Data()
                ledger.note(id, Array(data), acknowledges: false)
            }
            guard !ids.isEmpty else { continue }
            let ackIDs = received.compactMap { $0.object?["ackId"] }
            let stored = try? await admin.post("subscriptions/pulled:acknowledge", ["ackIds": .array(ackIDs)])
            // The answer is the daemon's word that it is on the disk.
            if stored?["count"]?.integer == Int64(ids.count) { ledger.noteStored(ids) }
        }
        await admin.end()
    }

    private func backlog(_ daemon: TestDaemon, _ subscription: String) async throws -> Int64? {
        let admin = Admin(daemon)
        let info = try? await admin.get("subscriptions/\(subscription)")
        await admin.end()
        return info?["status"]?.object?["backlog"]?.integer
    }

    private func finish(_ daemon: TestDaemon, _ cast: Cast) async throws {
        _ = await publish(daemon, cast.published, "the end")
        for name in ["steady", "away", "slow", "push-storage-event"] {
            try await eventually("\(name) has all") { try await backlog(daemon, name) == 0 }
        }
        await pull(daemon, cast.pulled, untilEmpty: true)
        #expect(try await backlog(daemon, "pulled") == 0)
    }

    private func check(_ daemon: TestDaemon, _ cast: Cast) async throws {
        let listed = try await daemon.trivetctl(
            "datastore", "entities", "list", "StorageLog", "--limit", "1000000", "--format", "ndjson")
        var logged: [String: String] = [:]
        for entity in try listed.jsonLines() {
            let id = try #require(entity.object?["key"]?.string).replacing("StorageLog/name:", with: "")
            let name = entity.object?["properties"]?.object?["name"]?.object?["stringValue"]?.string
            #expect(logged.updateValue(name ?? "", forKey: id) == nil, "\(id) is logged once")
        }
        let known = cast.published.acknowledged.withLock { $0 }
        let sent = cast.published.sent.withLock { $0 }
        #expect(known.count > Self.rounds, "the rounds had events to lose")
        for (id, name) in known where logged[id] != name { Issue.record("the acknowledged event \(id) is not logged") }
        #expect(Set(logged.values).isSubset(of: sent), "nothing is logged that nobody sent")
        #expect(Set(logged.values).count == logged.count, "no event under two ids")
        for (name, ledger) in cast.ledgers {
            // Stored with one delivery for each or not at all, all have the same, what its publisher never heard of too.
            #expect(ledger.seen == logged, "\(name) has got what was logged")
            #expect(ledger.wrong.isEmpty, "\(name): \(ledger.wrong.prefix(5))")
        }
    }
}

/// Calls of the admin API's Pub/Sub over the daemon's socket.
private struct Admin {
    let client = TransferClient()
    let socket: String

    struct Refused: Error {
        let status: Int
    }

    init(_ daemon: TestDaemon) { socket = daemon.socket }

    func post(_ path: String, _ body: JSONValue) async throws -> JSONObject {
        try await call("POST", path, body.serialized())
    }

    func get(_ path: String) async throws -> JSONObject { try await call("GET", path, []) }

    private func call(_ method: String, _ path: String, _ body: [UInt8]) async throws -> JSONObject {
        let answer = try await client.execute(
            TransferRequest.patient(
                method: method, url: "http://trivet/admin/v1/pubsub/\(path)",
                headers: body.isEmpty ? [] : [TransferHeader("Content-Type", "application/json")], body: body,
                unixSocketPath: socket))
        guard answer.status == 200 else { throw Refused(status: answer.status) }
        return try JSONValue(parsing: answer.body).object ?? JSONObject()
    }

    func end() async { await client.shutdown() }
}

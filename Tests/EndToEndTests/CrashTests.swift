import Foundation
import JSON
import Synchronization
import TestSupport
import Testing
import Transfer

/// Kills the daemon at random moments under stores, push events and purges, again and again on one data directory, and
/// looks each time whether all that was acknowledged is there, whole, once.
@Suite("SIGKILL at any moment loses nothing that was acknowledged")
struct CrashTests {
    static let rounds = Int(ProcessInfo.processInfo.environment["TRIVET_TEST_CRASH_ROUNDS"] ?? "") ?? 50

    /// What the clients were told, over all rounds.
    private final class Acknowledged: Sendable {
        struct State {
            /// Message texts by name, as acknowledged and as sent.
            var messages: Set<String> = []
            var sentMessages: Set<String> = []
            /// Acknowledged push messages by id.
            var events: [String: Event] = [:]
            /// When the last acknowledged purge was asked for.
            var lastPurge = Date.distantPast
        }

        struct Event {
            let objectName: String
            let sent: Date
            let acknowledged: Date
        }

        let state = Mutex(State())
    }

    private let board = "crash"
    /// Long enough that the events of several rounds must still be there, short enough that purges find work.
    private let retain = 10.0

    @Test("each acknowledged write is found, no half entity, no instant twice")
    func killAtRandomMoments() async throws {
        let folder = try TestFolder()
        let acknowledged = Acknowledged()
        for round in 0..<Self.rounds {
            let daemon = try await TestDaemon.start(in: folder, settings: settings)
            try await check(daemon, acknowledged, round: round)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<4 { group.addTask { await store(daemon, acknowledged, "\(round)-\(client)") } }
                for client in 0..<3 { group.addTask { await push(daemon, acknowledged, "\(round)-\(client)") } }
                group.addTask { await purge(daemon, acknowledged) }
                // On a busy machine nothing is acknowledged in so short a time; a tenth of the kills come all the same.
                if round % 10 != 9 {
                    let before = acknowledged.state.withLock { ($0.messages.count, $0.events.count, $0.lastPurge) }
                    try await eventually("something of each is acknowledged") {
                        acknowledged.state.withLock { now in
                            now.messages.count > before.0 && now.events.count > before.1 && now.lastPurge > before.2
                        }
                    }
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 1...400)))
                await daemon.kill()
                group.cancelAll()
            }
        }
        let daemon = try await TestDaemon.start(in: folder, settings: settings)
        try await check(daemon, acknowledged, round: Self.rounds)
        let known = acknowledged.state.withLock { $0 }
        #expect(known.messages.count > Self.rounds / 2, "the rounds had messages to lose")
        #expect(known.events.count > Self.rounds / 2, "and events")
        #expect(known.lastPurge > .distantPast, "and purges")
        #expect(await daemon.stop() == .exited(0))
        let integrity = try await run("sqlite3", [folder.file("data/state.db"), "PRAGMA integrity_check"])
        #expect(integrity.output == "ok\n")
    }

    private var settings: [String: String] { ["purge.retain": "\(Int(retain))s"] }

    private func store(_ daemon: TestDaemon, _ acknowledged: Acknowledged, _ who: String) async {
        let client = TransferClient()
        var number = 0
        while daemon.process.isRunning {
            defer { number += 1 }
            let text = "\(who)-\(number)"
            acknowledged.state.withLock { _ = $0.sentMessages.insert(text) }
            guard let url = try? daemon.url("message-board-service", "/api/v1/store"),
                let answer = try? await client.post(url, ["name": .string(board), "message": .string(text)])
            else { break }
            if answer.status == 200 { acknowledged.state.withLock { _ = $0.messages.insert(text) } }
        }
        await client.shutdown()
    }

    private func push(_ daemon: TestDaemon, _ acknowledged: Acknowledged, _ who: String) async {
        let client = TransferClient()
        var number = 0
        while daemon.process.isRunning {
            defer { number += 1 }
            let event = StorageEvent(messageID: "\(who)-\(number)", objectName: "object \(who) \(number)")
            let sent = Date()
            guard let url = try? daemon.url("storage-logging-service", "/api/v1/pubsub"),
                let answer = try? await client.post(url, bytes: Array(event.envelope.utf8))
            else { break }
            if answer.status == 200 {
                let known = Acknowledged.Event(objectName: event.objectName, sent: sent, acknowledged: Date())
                acknowledged.state.withLock { $0.events[event.messageID] = known }
            }
        }
        await client.shutdown()
    }

    private func purge(_ daemon: TestDaemon, _ acknowledged: Acknowledged) async {
        let client = TransferClient()
        while daemon.process.isRunning {
            let asked = Date()
            guard let url = try? daemon.url("storage-logging-service", "/api/v1/purge"),
                let answer = try? await client.get(url)
            else { break }
            if answer.status == 200 { acknowledged.state.withLock { $0.lastPurge = asked } }
        }
        await client.shutdown()
    }

    private func check(_ daemon: TestDaemon, _ acknowledged: Acknowledged, round: Int) async throws {
        let client = TransferClient()
        let expected = acknowledged.state.withLock { $0 }
        let answer = try await client.post(
            daemon.url("message-board-service", "/api/v1/retrieve"), ["name": .string(board)])
        await client.shutdown()
        try #require(answer.status == 200)
        let found = try #require(try answer.json().object?["messages"]?.array)
        let texts = found.compactMap { $0.object?["message"]?.string }
        #expect(found.count == texts.count, "round \(round): each message is whole")
        #expect(texts.count == Set(texts).count, "round \(round): no message twice")
        #expect(expected.messages.subtracting(texts).isEmpty, "round \(round): every acknowledged message is there")
        #expect(Set(texts).subtracting(expected.sentMessages).isEmpty, "round \(round): no message that nobody sent")

        try await checkEvents(daemon, expected, round: round)
        try await checkLedger(daemon, round: round)
    }

    private func checkEvents(_ daemon: TestDaemon, _ expected: Acknowledged.State, round: Int) async throws {
        let listed = try await daemon.trivetctl(
            "datastore", "entities", "list", "StorageLog", "--limit", "1000000", "--format", "ndjson")
        let listedAt = Date()
        var names: [String: String] = [:]
        for entity in try listed.jsonLines() {
            let object = try #require(entity.object)
            let key = try #require(object["key"]?.string)
            let id = key.replacing("StorageLog/", with: "").replacing("name:", with: "")
            let properties = try #require(object["properties"]?.object)
            let name = try #require(properties["name"]?.object?["stringValue"]?.string, "half an entity: \(entity)")
            #expect(properties["timestamp"] != nil)
            #expect(names.updateValue(name, forKey: id) == nil, "round \(round): \(id) once")
        }
        for (id, event) in expected.events {
            if listedAt.timeIntervalSince(event.sent) < retain {
                #expect(names[id] == event.objectName, "round \(round): acknowledged event \(id)")
            } else if expected.lastPurge.timeIntervalSince(event.acknowledged) > retain {
                #expect(names[id] == nil, "round \(round): \(id) was purged, and is there again")
            }
        }
    }

    private func checkLedger(_ daemon: TestDaemon, round: Int) async throws {
        let runs = try await daemon.trivetctl("scheduler", "runs", "list", "--limit", "1000", "--format", "ndjson")
        var instants: Set<String> = []
        for line in try runs.jsonLines() {
            let record = try #require(line.object)
            guard record["kind"] != "manual" else { continue }
            let instant = try #require(record["scheduledTime"]?.string)
            #expect(instants.insert(instant).inserted, "round \(round): \(instant) has two outcomes")
        }
    }
}

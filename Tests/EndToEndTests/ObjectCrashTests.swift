import Foundation
import JSON
import Synchronization
import TestSupport
import Testing
import Transfer

/// Kills the daemon under uploads, overwrites and deletes, again and again on one data directory.
@Suite("SIGKILL loses no object that was acknowledged, and leaves no file that nobody knows")
struct ObjectCrashTests {
    /// What the clients know: the last acknowledged content of each name (nil: deleted), and names that a request was
    /// about when the daemon died, of which either content is right.
    private final class Known: Sendable {
        struct State {
            var contents: [String: String?] = [:]
            var open: [String: String?] = [:]
        }

        private let state = Mutex(State())

        func withLock<T: Sendable>(_ body: @Sendable (inout State) -> T) -> T { state.withLock { body(&$0) } }
    }

    static let rounds = max(5, CrashTests.rounds / 5)

    @Test("each object has the bytes of the last acknowledged upload")
    func killUnderUploads() async throws {
        let folder = try TestFolder()
        let known = Known()
        let moment = CrashMoment()
        for round in 0...Self.rounds {
            let daemon = try await TestDaemon.start(in: folder)
            let base = try daemon.url("admin")
            let client = TransferClient()
            if round == 0 { _ = try await client.post("\(base)/storage/v1/b", ["name": "photos"]) }
            try await check(client, base, known)
            try await eventually("the sweep has left as many files as there are objects") {
                try await objectCount(client, base) == files(folder)
            }
            guard round < Self.rounds else {
                #expect(await daemon.stop() == .exited(0))
                await client.shutdown()
                return
            }
            await withTaskGroup(of: Void.self) { tasks in
                for worker in 0..<3 {
                    tasks.addTask { await change(client, base, known, moment, worker: worker, round: round) }
                }
                tasks.addTask { await moment.kill(daemon, after: Int.random(in: 1...40)) }
            }
            await client.shutdown()
        }
    }

    /// Uploads, overwrites and deletes until the daemon is gone.
    private func change(
        _ client: TransferClient, _ base: String, _ known: Known, _ moment: CrashMoment, worker: Int, round: Int
    ) async {
        for number in 0... {
            let name = "\(worker)-\(number % 7)"
            let content: String? =
                number % 5 == 4 ? nil : String(repeating: "\(round)/\(number) ", count: 1 + number * 50)
            known.withLock { $0.open[name] = content }
            let request =
                if let content {
                    TransferRequest.patient(
                        method: "POST", url: "\(base)/upload/storage/v1/b/photos/o?uploadType=media&name=\(name)",
                        body: Array(content.utf8))
                } else {
                    TransferRequest.patient(method: "DELETE", url: "\(base)/storage/v1/b/photos/o/\(name)")
                }
            guard let answer = try? await client.execute(request), [200, 204, 404].contains(answer.status) else {
                return
            }
            known.withLock { known in
                known.contents[name] = content
                known.open[name] = .none
            }
            moment.acknowledge()
        }
    }

    private func check(_ client: TransferClient, _ base: String, _ known: Known) async throws {
        let state = known.withLock { $0 }
        for name in Set(state.contents.keys).union(state.open.keys) {
            let answer = try await client.get("\(base)/storage/v1/b/photos/o/\(name)?alt=media")
            let found = answer.status == 200 ? answer.text : nil
            #expect([200, 404].contains(answer.status))
            var allowed = [state.contents[name] ?? nil]
            if let open = state.open[name] { allowed.append(open) }
            #expect(allowed.contains(found), "\(name) has \(found?.prefix(40) ?? "nothing")")
            known.withLock { known in
                known.contents[name] = found
                known.open[name] = .none
            }
        }
    }

    private func objectCount(_ client: TransferClient, _ base: String) async throws -> Int {
        let list = try await client.get("\(base)/storage/v1/b/photos/o?fields=items/name").json()
        return list.object?["items"]?.array?.count ?? 0
    }

    private func files(_ folder: TestFolder) -> Int {
        let names = FileManager.default.subpaths(atPath: folder.file("data/buckets")) ?? []
        return names.count { $0.split(separator: "/").last?.count == 32 }
    }
}

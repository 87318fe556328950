import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Transfer

@Suite("TransferClient under load", .serialized, .timeLimit(.minutes(20)))
struct TransferLoadTests {
    @Test("500 transfers are under way at once")
    func concurrent() async throws {
        try await withServer { server, client in
            let url = server.url
            let tasks = (0..<500).map { _ in
                Task {
                    await code { () throws(TransferError) in
                        try await client.execute(TransferRequest.patient(url: url + "/hang"))
                    }
                }
            }
            #expect(await eventually { server.requests.load(ordering: .relaxed) == 500 })
            #expect(client.openHandles == 500)
            for task in tasks { task.cancel() }
            for task in tasks { #expect(await task.value == .cancelled) }
        }
    }

    @Test("Transfers beyond the connections wait their turn and all arrive")
    func limited() async throws {
        try await withServer(.tcp, TransferConfiguration(maximumConnections: 4)) { server, client in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for size in 0..<500 {
                    group.addTask {
                        try await client.execute(TransferRequest.patient(url: server.url + "/size/\(size)")).body.count
                    }
                }
                let received = try await group.reduce(0, +)
                #expect(received == 500 * 499 / 2)
            }
            #expect(server.connections.load(ordering: .relaxed) <= 4)
        }
    }

    @Test("Cancelling at random moments leaves nothing behind")
    func chaos() async throws {
        try await withServer { server, client in
            let url = server.url
            let paths = ["/hello", "/hang", "/trickle/5/1000", "/endless", "/reset", "/size/100000"]
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<300 {
                    group.addTask {
                        let request = TransferRequest.patient(
                            url: url + paths[index % paths.count], maximumResponseBytes: .max)
                        let task = Task {
                            if index % 2 == 0 { return (try? await client.execute(request)) != nil }
                            for try await _ in try await client.stream(request).body {}
                            return true
                        }
                        try? await Task.sleep(for: .microseconds(Int.random(in: 0...30_000)))
                        task.cancel()
                        _ = await task.result
                    }
                }
            }
            #expect(await eventually { client.openHandles == 0 })
            let answer1 = try await client.execute(TransferRequest.patient(url: url + "/hello"))
            #expect(answer1.status == 200)
        }
    }

    @Test("Transfers one after the other leak no descriptor and no handle")
    func sequential() async throws {
        try await withServer { server, client in
            let kept = TransferRequest.patient(url: server.url + "/hello")
            let closed = TransferRequest.patient(url: server.url + "/close")
            _ = try await client.execute(kept)
            for count in 0..<1_000 { _ = try await client.execute(count % 10 == 0 ? closed : kept) }
            #expect(await eventually { server.openConnections <= 1 })
            #expect(await eventually { descriptors(connectedTo: server.port) <= 1 })
            #expect(await eventually { client.openHandles == 0 })
        }
    }
}

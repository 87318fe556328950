import Foundation
import JSON
import TestSupport
import Testing
import Transfer

/// Kills the daemon in the parts of one resumable upload.
@Suite("SIGKILL in a resumable upload")
struct ResumableCrashTests {
    private static let part = 2 * 1_048_576
    static let rounds = max(5, CrashTests.rounds / 10)

    @Test("what was acknowledged of it stays, it goes on from there, and the object has all its bytes")
    func resumes() async throws {
        let folder = try TestFolder()
        // Each round's two parts, and a last one.
        let bytes = (0..<(Self.part * (2 * Self.rounds + 1))).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
        var session = ""
        var acknowledged = 0
        for round in 0..<Self.rounds {
            let daemon = try await TestDaemon.start(in: folder)
            let client = TransferClient()
            if round == 0 {
                let path = "/upload/storage/v1/b/my-project-photostore/o?uploadType=resumable&name=large"
                let begun = try await client.execute(
                    TransferRequest.patient(method: "POST", url: daemon.url("admin", path), body: Array("{}".utf8)))
                session = try #require(begun.headers.first { $0.name.lowercased() == "x-guploader-uploadid" }?.value)
            }
            let received = try #require(try await self.received(client, daemon, session))
            #expect(received >= acknowledged, "what was acknowledged is there")
            let first = try await put(client, daemon, session, bytes, from: received, count: Self.part)
            #expect(first.status == 308)
            acknowledged = received + Self.part
            let second = await cutOff(client, daemon, session, bytes, from: acknowledged, count: Self.part)
            if second?.status == 308 { acknowledged += Self.part }
            await client.shutdown()
        }
        // The end is cut off, too: at each try the object is there whole, or the upload goes on.
        for _ in 0..<3 {
            let daemon = try await TestDaemon.start(in: folder)
            let client = TransferClient()
            if let received = try await received(client, daemon, session) {
                #expect(received >= acknowledged)
                _ = await cutOff(client, daemon, session, bytes, from: received, count: bytes.count - received)
            } else {
                await daemon.kill()
            }
            await client.shutdown()
        }
        let daemon = try await TestDaemon.start(in: folder)
        let client = TransferClient()
        if let received = try await received(client, daemon, session) {
            let last = try await put(client, daemon, session, bytes, from: received, count: bytes.count - received)
            #expect(last.status == 200)
        }
        let path = "/storage/v1/b/my-project-photostore/o/large?alt=media"
        let read = try await client.execute(
            TransferRequest.patient(url: daemon.url("admin", path), maximumResponseBytes: .max))
        #expect(read.body == bytes, "the object has all bytes, each once and in order")
        try await eventually("no other file is left") {
            let files = FileManager.default.subpaths(atPath: folder.file("data/buckets")) ?? []
            return files.count { $0.split(separator: "/").last?.count == 32 } == 1
        }
        await client.shutdown()
        #expect(await daemon.stop() == .exited(0))
    }

    private func put(
        _ client: TransferClient, _ daemon: TestDaemon, _ session: String, _ bytes: [UInt8], from start: Int,
        count: Int
    ) async throws -> TransferResponse {
        let total = start + count == bytes.count ? String(bytes.count) : "*"
        let range = count == 0 ? "bytes */*" : "bytes \(start)-\(start + count - 1)/\(total)"
        let path = "/upload/storage/v1/b/my-project-photostore/o?uploadType=resumable&upload_id=\(session)"
        return try await client.execute(
            TransferRequest.patient(
                method: "PUT", url: daemon.url("admin", path), headers: [TransferHeader("Content-Range", range)],
                body: Array(bytes[start..<(start + count)])))
    }

    /// Puts a part, and kills the daemon a moment after it has begun: at its beginning, in its middle, or behind its end.
    private func cutOff(
        _ client: TransferClient, _ daemon: TestDaemon, _ session: String, _ bytes: [UInt8], from start: Int,
        count: Int
    ) async -> TransferResponse? {
        async let part = put(client, daemon, session, bytes, from: start, count: count)
        try? await Task.sleep(for: .microseconds(Int.random(in: 0...50_000)))
        await daemon.kill()
        return try? await part
    }

    /// How many bytes the daemon says that it has; nil when the object is there.
    private func received(_ client: TransferClient, _ daemon: TestDaemon, _ session: String) async throws -> Int? {
        let answer = try await put(client, daemon, session, [], from: 0, count: 0)
        guard answer.status != 200 else { return nil }
        #expect(answer.status == 308)
        guard let range = answer.headers.first(where: { $0.name.lowercased() == "range" })?.value else { return 0 }
        return try #require(range.split(separator: "-").last.flatMap { Int($0) }) + 1
    }
}

import Foundation
import JSON
import TestSupport
import Testing
import Transfer

/// Uploads to the real daemon on small file systems that fill up for real.
@Suite("An upload that finds no room", .serialized)
struct FullDiskUploadTests {
    /// How much is left free: uploads stop in time, or only where the disk itself ends.
    private static let limits = ["8MiB", "0"]

    private func files(_ disks: SmallDisks) -> [String] {
        (FileManager.default.subpaths(atPath: disks.reach("data/buckets")) ?? []).filter {
            $0.split(separator: "/").last?.count == 32
        }
    }

    /// Uploads so many zeros by curl, which reads an answer that comes before the end.
    private func upload(_ daemon: TestDaemon, _ name: String, mebibytes: Int) async throws -> JSONValue {
        let url = try daemon.url("admin", "/upload/storage/v1/b/my-project-photostore/o?uploadType=media&name=\(name)")
        let script = "head -c \(mebibytes)M /dev/zero | curl -sS --noproxy '*' -T - -X POST '\(url)' 2>/dev/null"
        return try await run("bash", ["-c", script]).json()
    }

    private func store(_ daemon: TestDaemon, _ client: TransferClient) async throws -> Int {
        try await client.post(
            daemon.url("message-board-service", "/api/v1/store"), ["name": "Bob", "message": "lunch"]
        ).status
    }

    @Test(
        "is refused with 507 in Google's shape, leaves nothing, and harms nothing", arguments: SmallDisks.kinds, limits)
    func refused(_ kind: SmallDisks.Kind, _ minFree: String) async throws {
        let folder = try TestFolder()
        let disks = try await SmallDisks(kind, ["data": 64], in: folder)
        let settings = ["disk.min_free": minFree, "disk.reserve": "2MiB", "purge.retain": "1d"]
        var daemon = try await TestDaemon.start(in: folder, settings: settings, on: disks)
        let client = TransferClient()
        let small = try await upload(daemon, "small", mebibytes: 4)
        #expect(small.object?["size"] == "4194304", "\(small)")

        let refused = try await upload(daemon, "large", mebibytes: 200)
        let error = try #require(refused.object?["error"]?.object, "\(refused)")
        #expect(error["code"] == 507 && error["status"] == "RESOURCE_EXHAUSTED")
        #expect(error["errors"]?.array?.first?.object?["reason"] == "quotaExceeded")
        #expect(error["message"]?.string?.contains("the disk is full") == true)
        try await eventually("nothing is left of it") { files(disks).count == 1 }
        let large = "/storage/v1/b/my-project-photostore/o/large"
        #expect(try await client.get(daemon.url("admin", large)).status == 404)
        try await eventually("others can store") { try await store(daemon, client) == 200 }

        // A resumable one keeps what had room, and goes on when there is more.
        let path = "/upload/storage/v1/b/my-project-photostore/o?uploadType=resumable"
        let begun = try await client.execute(
            TransferRequest.patient(
                method: "POST", url: daemon.url("admin", path + "&name=parts"), body: Array("{}".utf8)))
        let session = try #require(begun.headers.first { $0.name.lowercased() == "x-guploader-uploadid" }?.value)
        // No two pages are the same, and the first part ends within one: what is left of it has room when all is full.
        let whole = (0..<8_388_608).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 12) }
        func put(_ bytes: [UInt8], _ range: String) async throws -> TransferResponse {
            try await client.execute(
                TransferRequest.patient(
                    method: "PUT", url: daemon.url("admin", "\(path)&upload_id=\(session)"),
                    headers: [TransferHeader("Content-Range", range)], body: bytes))
        }
        func received() async throws -> Int {
            let kept = try await put([], "bytes */*")
            #expect(kept.status == 308)
            let range = kept.headers.first { $0.name.lowercased() == "range" }?.value ?? ""
            return try #require(range.split(separator: "-").last.flatMap { Int($0) }, "\(range)") + 1
        }
        #expect(try await put(Array(whole[..<3_000_000]), "bytes 0-2999999/*").status == 308)
        try disks.fill("data")
        try await eventually("a part is refused") {
            try await put(Array(whole[3_000_000...]), "bytes 3000000-8388607/*").status == 507
        }
        #expect(daemon.process.isRunning, "\(daemon.log)")
        // It goes on in the same process, behind a write that took only some of its bytes.
        disks.empty("data")
        var there = try await received()
        #expect((3_000_000..<8_388_608).contains(there), "\(there)")
        let next = min(there + 500_000, 8_388_608)
        try await eventually("a part is taken again") {
            try await put(Array(whole[there..<next]), "bytes \(there)-\(next - 1)/*").status == 308
        }
        try disks.fill("data")
        try await eventually("a part is refused") {
            try await put(Array(whole[next...]), "bytes \(next)-8388607/*").status == 507
        }
        await daemon.kill()
        daemon = try await TestDaemon.start(in: folder, settings: settings, on: disks)
        there = try await received()
        #expect((next...8_388_608).contains(there), "\(there)")

        // Deleting goes on without room.
        let small404 = "/storage/v1/b/my-project-photostore/o/small"
        let deleted = try await client.execute(
            TransferRequest.patient(method: "DELETE", url: daemon.url("admin", small404)))
        #expect(deleted.status == 204)
        disks.empty("data")
        try await eventually("it goes on") {
            let range = there == whole.count ? "bytes */8388608" : "bytes \(there)-8388607/8388608"
            let status = try await put(Array(whole[there...]), range).status
            #expect([200, 507].contains(status))
            return status == 200
        }
        let read = try await client.get(
            daemon.url("admin", "/storage/v1/b/my-project-photostore/o/parts?alt=media"))
        #expect(read.body == whole)
        try await eventually("the event of each upload is logged once") {
            let logged = try await daemon.trivetctl("datastore", "entities", "list", "StorageLog", "--format", "ndjson")
            return try logged.jsonLines().count == 2
        }
        await client.shutdown()
        #expect(await daemon.stop() == .exited(0), "\(daemon.log)")
    }
}

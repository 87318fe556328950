import AdminModel
import JSON

/// Uploads one file: a small one at once, a large one, or one of unknown size, in parts that go on where they stopped
/// when the daemon is started anew meanwhile.
struct Upload: Sendable {
    let client: AdminClient
    let bucket: String
    let name: String
    let contentType: String
    /// Whether an object that is there stays.
    let noClobber: Bool
    /// Waits between two tries.
    let sleep: @Sendable (Duration) async throws -> Void

    /// How large a part is; also the largest file that is sent at once.
    static let part = 8 * 1_048_576
    /// How often a part is tried while the daemon does not answer.
    private static let tries = 30

    private var path: String { "/upload/storage/v1/b/\(AdminClient.segment(bucket))/o" }
    private var condition: String? { noClobber ? "0" : nil }

    /// Sends the file to its end.
    ///
    /// - Parameters:
    ///   - next: the next bytes, up to so many; fewer only at the end.
    ///   - progress: told how many bytes are stored.
    /// - Returns: how many bytes it has.
    func send(next: (Int) throws -> [UInt8], progress: (Int) -> Void) async throws -> Int {
        let first = try next(Self.part)
        guard first.count == Self.part else {
            _ = try await client.request(
                "POST", path,
                query: [("uploadType", "media"), ("name", name), ("ifGenerationMatch", condition)],
                body: first, headers: ["Content-Type": contentType])
            progress(first.count)
            return first.count
        }
        let session = try await begin()
        var part = first
        var offset = 0
        while true {
            // One more part tells whether this is the last.
            let following = part.count == Self.part ? try next(Self.part) : []
            let isLast = following.isEmpty
            try await send(part, at: offset, isLast: isLast, session)
            offset += part.count
            progress(offset)
            if isLast { return offset }
            part = following
        }
    }

    private func begin() async throws -> String {
        var resource = JSONObject()
        resource["contentType"] = .string(contentType)
        let answer = try await client.request(
            "POST", path, query: [("uploadType", "resumable"), ("name", name), ("ifGenerationMatch", condition)],
            body: JSONValue.object(resource).serialized())
        guard let id = answer.headers["x-guploader-uploadid"] else {
            throw CommandError(.failed, "the daemon began no upload; are trivetd and trivetctl of the same version?")
        }
        return id
    }

    /// Sends one part; what of it had arrived when the daemon went away is not sent again.
    private func send(_ part: [UInt8], at offset: Int, isLast: Bool, _ session: String) async throws {
        var sent = 0
        var failures = 0
        let end = offset + part.count
        while true {
            do {
                let range = "bytes \(offset + sent)-\(end - 1)/\(isLast ? String(end) : "*")"
                let answer = try await client.request(
                    "PUT", path, query: [("uploadType", "resumable"), ("upload_id", session)],
                    body: sent == 0 ? part : Array(part[sent...]), headers: ["Content-Range": range])
                guard answer.status == 308 else { return }
                sent = try Self.received(answer) - offset
                guard sent < part.count || isLast else { return }
            } catch let error as CommandError where error.status == .unreachable {
                failures += 1
                guard failures < Self.tries else { throw error }
                try await sleep(.seconds(1))
                guard let state = try? await state(session) else { continue }
                guard state.status == 308 else { return }
                sent = max(0, try Self.received(state) - offset)
                guard sent < part.count || isLast else { return }
            }
        }
    }

    private func state(_ session: String) async throws -> AdminResponse {
        try await client.request(
            "PUT", path, query: [("uploadType", "resumable"), ("upload_id", session)], body: [],
            headers: ["Content-Range": "bytes */*"])
    }

    /// How many bytes the daemon has, by its `Range: bytes=0-N`.
    private static func received(_ answer: AdminResponse) throws -> Int {
        guard let range = answer.headers["range"] else { return 0 }
        guard let last = range.split(separator: "-").last.flatMap({ Int($0) }) else {
            throw CommandError(.failed, "the daemon's answer is not understood")
        }
        return last + 1
    }
}

import HTTPTypes
import Hosting
import JSON
import ObjectStorage

/// The parts of resumable uploads, the question how far one is, and giving one up.
struct ResumableRoutes: Sendable {
    let storage: ObjectStorage
    let cloud: CloudRoutes

    var routes: [Route] {
        UploadRoutes.paths.flatMap { path in
            [
                cloud.route(.change, .put, path, body: .stream) { call in
                    try await Self.part(call, try Self.id(call), storage)
                },
                cloud.route(.change, .delete, path) { call in
                    try await storage.cancelResumable(try Self.id(call))
                    // Google's word for it: the client closed the request.
                    return HostedResponse(status: .init(code: 499, reasonPhrase: "Client Closed Request"))
                },
            ]
        }
    }

    private static func id(_ call: CloudCall) throws(CloudProblem) -> String {
        guard let id = call.query("upload_id") else { throw .required("upload_id") }
        return id
    }

    /// Takes a part, or answers how far the upload is.
    static func part(_ call: CloudCall, _ id: String, _ storage: ObjectStorage) async throws -> HostedResponse {
        let length = call.header("content-length").flatMap { Int64($0) }
        let header = call.header("content-range")
        let part =
            try header.map { text throws(CloudProblem) in try parse(text) } ?? UploadPart(offset: 0, total: length)
        let isQuestion = part.offset == nil && part.total == nil
        let state: ResumableState
        if isQuestion {
            state = try await storage.resumableState(id)
        } else {
            let body = call.request.bodyParts
            // Without a length the end of the body is the end of the whole.
            state = try await storage.append(
                to: id, part, UploadWish.expected(call), isLast: header == nil, next: { try await body.next() })
        }
        switch state {
        case .finished(let object): return call.answer(object.resource(baseURL: call.baseURL))
        case .active(let received):
            var response = HostedResponse(status: .init(code: 308, reasonPhrase: "Resume Incomplete"))
            if received > 0 { response.headers.set("Range", "bytes=0-\(received - 1)") }
            response.headers.set("X-GUploader-UploadID", id)
            return response
        }
    }

    /// Reads `bytes 0-524287/2000000`, `bytes 0-524287/*`, `bytes */2000000` and `bytes */*`.
    private static func parse(_ text: String) throws(CloudProblem) -> UploadPart {
        let problem = CloudProblem.invalid("Failed to parse Content-Range header: \(text)")
        guard text.hasPrefix("bytes ") else { throw problem }
        let halves = text.dropFirst("bytes ".count).split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2 else { throw problem }
        let total = halves[1] == "*" ? nil : number(halves[1])
        guard total != nil || halves[1] == "*" else { throw problem }
        guard halves[0] != "*" else { return UploadPart(offset: nil, total: total) }
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = number(ends[0]), let last = number(ends[1]), first <= last,
            last < total ?? .max
        else { throw problem }
        return UploadPart(offset: first, total: total, size: last - first + 1)
    }

    private static func number(_ text: Substring) -> Int64? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
    }
}

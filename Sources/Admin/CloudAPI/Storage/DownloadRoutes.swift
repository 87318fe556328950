import Datastore
import HTTPTypes
import Hosting
import JSON
import ObjectStorage

/// Looking at an object and downloading it: two paths, which both answer either.
struct DownloadRoutes: Sendable {
    let storage: ObjectStorage
    let cloud: CloudRoutes

    var routes: [Route] {
        [ObjectRoutes.object, "/download\(ObjectRoutes.object)"].map { path in
            cloud.route(.read, .get, path) { call in
                let conditions = try call.conditions()
                let generation = try call.integer("generation")
                let (bucket, name) = (call.parameter("bucket"), call.parameter("object"))
                guard call.wantsMedia else {
                    let object = try await storage.object(bucket, name, generation: generation, conditions)
                    return call.answer(object.resource(baseURL: call.baseURL))
                }
                return try media(
                    try await storage.reader(bucket, name, generation: generation, conditions), call.header("range"))
            }
        }
    }

    private func media(_ reader: ObjectReader, _ range: String?) throws -> HostedResponse {
        let object = reader.object
        var response = HostedResponse(headers: Self.headers(of: object))
        var bytes = 0..<object.size
        switch ByteRange.parse(range, size: object.size) {
        case .all: break
        case .part(let part):
            bytes = part
            response.status = .partialContent
            response.headers.set("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(object.size)")
        case .unsatisfiable:
            throw CloudProblem(
                .rangeNotSatisfiable, "requestedRangeNotSatisfiable", "Request range not satisfiable",
                headers: [.contentRange: "bytes */\(object.size)"])
        }
        let wanted = bytes
        response.body = .sizedStream(wanted.count) { [storage] writer in
            var offset = wanted.lowerBound
            while offset < wanted.upperBound {
                let part = try await reader.read(at: offset, limit: wanted.upperBound - offset)
                try await writer.write(part)
                storage.noteSent(part.count)
                offset += Int64(part.count)
            }
        }
        return response
    }

    private static func headers(of object: StoredObject) -> HTTPFields {
        let metadata = object.metadata
        var headers = HTTPFields()
        headers.set("Content-Type", metadata.contentType ?? "application/octet-stream")
        headers.set("Content-Encoding", metadata.contentEncoding)
        headers.set("Content-Disposition", metadata.contentDisposition)
        headers.set("Content-Language", metadata.contentLanguage)
        headers.set("Cache-Control", metadata.cacheControl ?? "no-cache")
        headers.set("Accept-Ranges", "bytes")
        headers.set("ETag", "\"\(object.etag)\"")
        headers.set("Last-Modified", object.updated.httpDate)
        headers.set("X-Goog-Generation", String(object.generation))
        headers.set("X-Goog-Metageneration", String(object.metageneration))
        headers.set("X-Goog-Storage-Class", metadata.storageClass ?? "STANDARD")
        headers.set("X-Goog-Stored-Content-Length", String(object.size))
        headers.set("X-Goog-Stored-Content-Encoding", metadata.contentEncoding ?? "identity")
        let md5 = object.md5.map { ",md5=\(ChecksumText.md5($0))" } ?? ""
        headers.set("X-Goog-Hash", "crc32c=\(ChecksumText.crc32c(object.crc32c))\(md5)")
        // What somebody stored is never a page of this address, which administers the daemon.
        headers.set("Content-Security-Policy", "sandbox")
        headers.set("X-Content-Type-Options", "nosniff")
        return headers
    }
}

/// The one range of a `Range` header.
enum ByteRange: Equatable {
    case all
    case part(Range<Int64>)
    case unsatisfiable

    /// What is asked of so many bytes. Several ranges, and what is no range, ask for all, as HTTP allows.
    static func parse(_ header: String?, size: Int64) -> ByteRange {
        guard let header, header.hasPrefix("bytes=") else { return .all }
        let ends = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return .all
        }
        switch (number(ends[0]), number(ends[1])) {
        case (nil, nil): return .all
        case (nil, let count?):
            guard count > 0, size > 0 else { return .unsatisfiable }
            return .part(max(0, size - count)..<size)
        case (let first?, let last):
            if let last, last < first { return .all }
            guard first < size else { return .unsatisfiable }
            return .part(first..<(min(last ?? .max, size - 1) + 1))
        }
    }

    /// Digits as a number; what is too large for one is as good as the largest.
    private static func number(_ digits: Substring) -> Int64? {
        digits.isEmpty ? nil : Int64(digits) ?? Int64.max - 1
    }
}

import HTTPTypes
import Hosting
import JSON
import ObjectStorage

/// Uploads in one request, `media` and `multipart`, and the beginning of resumable ones.
struct UploadRoutes: Sendable {
    let storage: ObjectStorage
    let cloud: CloudRoutes

    /// The paths of uploads; clients use either.
    static let paths = ["/upload/storage/v1/b/{bucket}/o", "/resumable/upload/storage/v1/b/{bucket}/o"]

    var routes: [Route] {
        Self.paths.map { path in
            cloud.route(.change, .post, path, body: .stream) { call in
                if let id = call.query("upload_id") { return try await ResumableRoutes.part(call, id, storage) }
                switch call.query("uploadType") ?? call.header("x-goog-upload-protocol") {
                case "media": return try await media(call)
                case "multipart": return try await multipart(call)
                case "resumable": return try await resumable(call)
                default: throw CloudProblem.invalid("uploadType is media, multipart or resumable.")
                }
            }
        } + [
            // Without media: an object of no bytes.
            cloud.route(.change, .post, "/storage/v1/b/{bucket}/o") { call in
                let wish = try UploadWish(call, resource: try await call.body())
                let object = try await storage.store(
                    [], call.parameter("bucket"), wish.name, wish.metadata, try call.conditions())
                return call.answer(object.resource(baseURL: call.baseURL))
            }
        ]
    }

    private func media(_ call: CloudCall) async throws -> HostedResponse {
        let wish = try UploadWish(call, resource: JSONObject(), contentType: call.header("content-type"))
        let reader = call.request.bodyParts
        return try await store(call, wish) { try await reader.next() }
    }

    private func multipart(_ call: CloudCall) async throws -> HostedResponse {
        guard let boundary = MultipartReader.boundary(of: call.header("content-type") ?? "") else {
            throw CloudProblem.invalid("The Content-Type of a multipart upload is multipart/related with a boundary.")
        }
        let body = call.request.bodyParts
        let parts = MultipartParts(boundary: boundary) { try await body.next() }
        let resource = try CloudCall.object(try await parts.first())
        let contentType = try await parts.secondContentType()
        let wish = try UploadWish(call, resource: resource, contentType: contentType)
        return try await store(call, wish) { try await parts.next() }
    }

    private func store(
        _ call: CloudCall, _ wish: UploadWish, _ next: () async throws -> [UInt8]?
    ) async throws -> HostedResponse {
        let upload = try await storage.upload(
            call.parameter("bucket"), wish.name, wish.metadata, try call.conditions())
        do {
            while let bytes = try await next() { try await upload.write(bytes) }
        } catch {
            await upload.cancel()
            throw error
        }
        return call.answer(try await upload.finish(wish.expected).resource(baseURL: call.baseURL))
    }

    private func resumable(_ call: CloudCall) async throws -> HostedResponse {
        var wish = try UploadWish(
            call, resource: try await call.body(), contentType: call.header("x-upload-content-type"))
        if let text = call.header("x-upload-content-length") {
            guard let size = Int64(text), size >= 0 else {
                throw CloudProblem.invalid("X-Upload-Content-Length is no number of bytes.")
            }
            wish.expected.size = size
        }
        let bucket = call.parameter("bucket")
        let id = try await storage.beginResumable(
            bucket, wish.name, wish.metadata, try call.conditions(), wish.expected)
        var response = HostedResponse()
        response.headers.set(
            "Location",
            "\(call.baseURL)/upload/storage/v1/b/\(bucket)/o?uploadType=resumable&upload_id=\(id)")
        response.headers.set("X-GUploader-UploadID", id)
        return response
    }
}

/// What an upload is to become.
struct UploadWish: Sendable {
    let name: String
    let metadata: ObjectMetadata
    var expected: ExpectedContent

    /// Reads the query, the resource, and the headers of the request.
    init(_ call: CloudCall, resource: JSONObject, contentType: String? = nil) throws(CloudProblem) {
        try call.refuseCustomerKeys()
        let inResource = try resource.cloudText("name")
        guard let name = call.query("name") ?? inResource else { throw .required("name") }
        self.name = name
        var metadata = try ObjectMetadata(resource: resource)
        metadata.contentType = metadata.contentType ?? contentType
        metadata.contentEncoding = call.query("contentEncoding") ?? metadata.contentEncoding
        self.metadata = metadata
        let (crc32c, md5) = (try resource.cloudText("crc32c"), try resource.cloudText("md5Hash"))
        expected = Self.expected(call)
        expected.crc32c = crc32c ?? expected.crc32c
        expected.md5 = md5 ?? expected.md5
    }

    /// What headers say of the bytes: `X-Goog-Hash: crc32c=…,md5=…` and `Content-MD5`.
    static func expected(_ call: CloudCall) -> ExpectedContent {
        var expected = ExpectedContent(md5: call.header("content-md5"))
        for header in call.request.headers where header.name.canonicalName == "x-goog-hash" {
            for item in header.value.split(separator: ",") {
                let trimmed = item.drop { $0 == " " }
                if trimmed.hasPrefix("crc32c=") { expected.crc32c = String(trimmed.dropFirst("crc32c=".count)) }
                if trimmed.hasPrefix("md5=") { expected.md5 = String(trimmed.dropFirst("md5=".count)) }
            }
        }
        return expected
    }
}

extension CloudCall {
    /// Throws when the client wants its bytes encrypted with a key of its own: they would be stored without.
    func refuseCustomerKeys() throws(CloudProblem) {
        let headers = ["x-goog-encryption-algorithm", "x-goog-copy-source-encryption-algorithm"]
        guard query("kmsKeyName") == nil, query("destinationKmsKeyName") == nil,
            headers.allSatisfy({ header($0) == nil })
        else { throw .notOffered("customers' keys") }
    }
}

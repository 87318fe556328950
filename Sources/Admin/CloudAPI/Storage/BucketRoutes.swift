import AdminAccess
import HTTPTypes
import Hosting
import JSON
import ObjectStorage

/// Buckets: `/storage/v1/b`.
struct BucketRoutes: Sendable {
    let storage: ObjectStorage
    let cloud: CloudRoutes
    let projectNumber: Int64

    var routes: [Route] {
        [
            cloud.route(.read, .get, "/storage/v1/b") { call in try await list(call) },
            cloud.route(.administer("storage.buckets.create"), .post, "/storage/v1/b") { call in
                try await create(call)
            },
            cloud.route(.read, .get, "/storage/v1/b/{bucket}") { call in
                call.answer(resource(try await storage.bucket(call.parameter("bucket"), try call.conditions()), call))
            },
            cloud.route(.administer("storage.buckets.update"), .patch, "/storage/v1/b/{bucket}") { call in
                try await update(call, replaces: false)
            },
            cloud.route(.administer("storage.buckets.update"), .put, "/storage/v1/b/{bucket}") { call in
                try await update(call, replaces: true)
            },
            cloud.route(.administer("storage.buckets.delete"), .delete, "/storage/v1/b/{bucket}") { call in
                try await storage.deleteBucket(call.parameter("bucket"), try call.conditions())
                return HostedResponse(status: .noContent)
            },
            cloud.route(.read, .get, "/storage/v1/b/{bucket}/storageLayout") { call in try await layout(call) },
            cloud.route(.read, .get, "/storage/v1/b/{bucket}/managedFolders") { call in
                _ = try await storage.bucket(call.parameter("bucket"))
                return call.answer(.of("storage#managedFolders"))
            },
            cloud.route(.read, .get, "/storage/v1/b/{bucket}/iam/testPermissions") { call in
                _ = try await storage.bucket(call.parameter("bucket"))
                let granted = try await cloud.granted(call.request.query.all("permissions"), call)
                var answer = JSONObject.of("storage#testIamPermissionsResponse")
                answer.setList("permissions", granted.map { .string($0) })
                return call.answer(answer)
            },
        ]
    }

    private func resource(_ bucket: Bucket, _ call: CloudCall) -> JSONObject {
        bucket.resource(baseURL: call.baseURL, projectNumber: projectNumber)
    }

    private func list(_ call: CloudCall) async throws -> HostedResponse {
        let page = try await storage.buckets(
            prefix: call.query("prefix") ?? "", after: try call.pageStart(), limit: try call.pageSize())
        var answer = JSONObject.of("storage#buckets")
        if !page.buckets.isEmpty { answer["items"] = .array(page.buckets.map { .object(resource($0, call)) }) }
        answer.setText("nextPageToken", page.next.map { CloudCall.pageToken(behind: $0) })
        return call.answer(answer)
    }

    private func create(_ call: CloudCall) async throws -> HostedResponse {
        let body = try await call.body()
        guard let name = body["name"]?.string else { throw CloudProblem.required("name") }
        var metadata = try Self.metadata(body)
        if let folder = body["watchedFolder"], folder != .null {
            guard let path = folder.string else { throw CloudProblem.invalid("watchedFolder must be a string.") }
            // The daemon may read what others may not: only root and its own user say what it shows.
            try cloud.gate.requireOwner(call.request.peer, to: "make a folder a bucket")
            metadata.watchedFolder = path
        }
        return call.answer(resource(try await storage.createBucket(name, metadata), call))
    }

    private func update(_ call: CloudCall, replaces: Bool) async throws -> HostedResponse {
        let body = try await call.body()
        var metadata = try Self.metadata(body)
        metadata.location = nil
        metadata.replacesLabels = replaces || body["labels"] == .null
        if replaces || body["labels"] == .null { metadata.labels = metadata.labels ?? JSONObject() }
        return call.answer(
            resource(try await storage.updateBucket(call.parameter("bucket"), metadata, try call.conditions()), call))
    }

    /// What is said of a bucket. What would be kept and not done is refused, so that nobody relies on it.
    private static func metadata(_ body: JSONObject) throws(CloudProblem) -> BucketMetadata {
        var metadata = BucketMetadata()
        metadata.storageClass = try body.cloudText("storageClass")
        metadata.location = try body.cloudText("location")
        if let labels = body["labels"], labels != .null {
            guard let labels = labels.object else { throw .invalid("labels must be an object.") }
            metadata.labels = labels
        }
        if body["versioning"]?.object?["enabled"]?.boolean == true { throw .notOffered("versions of objects") }
        if body["lifecycle"]?.object?["rule"]?.array?.isEmpty == false { throw .notOffered("lifecycle rules") }
        if body["billing"]?.object?["requesterPays"]?.boolean == true { throw .notOffered("requester pays") }
        for (name, what) in [
            ("retentionPolicy", "retention policies"), ("encryption", "customers' keys"), ("logging", "access logs"),
            ("website", "websites"),
        ] {
            guard let value = body[name], value != .null, value.object?.isEmpty != true else { continue }
            throw .notOffered(what)
        }
        return metadata
    }

    private func layout(_ call: CloudCall) async throws -> HostedResponse {
        let bucket = try await storage.bucket(call.parameter("bucket"))
        let full = resource(bucket, call)
        var layout = JSONObject.of("storage#storageLayout")
        layout["bucket"] = .string(bucket.name)
        layout["location"] = full["location"]
        layout["locationType"] = full["locationType"]
        layout["hierarchicalNamespace"] = ["enabled": false]
        return call.answer(layout)
    }
}

extension JSONObject {
    /// A resource of a kind, without other members yet.
    static func of(_ kind: String) -> JSONObject {
        var resource = JSONObject()
        resource["kind"] = .string(kind)
        return resource
    }
}

extension CloudCall {
    /// The preconditions of the query; `prefix` is `ifSource` for those of a source.
    func conditions(_ prefix: String = "if") throws(CloudProblem) -> Preconditions {
        Preconditions(
            generationMatch: try integer("\(prefix)GenerationMatch"),
            generationNotMatch: try integer("\(prefix)GenerationNotMatch"),
            metagenerationMatch: try integer("\(prefix)MetagenerationMatch"),
            metagenerationNotMatch: try integer("\(prefix)MetagenerationNotMatch"))
    }
}

import Datastore
import HTTPTypes
import Hosting
import JSON
import ObjectStorage

/// Objects without their bytes: `/storage/v1/b/BUCKET/o`.
struct ObjectRoutes: Sendable {
    let storage: ObjectStorage
    let cloud: CloudRoutes

    /// The path of an object; its name is one segment, with every `/` in it percent-encoded.
    static let object = "/storage/v1/b/{bucket}/o/{object}"

    var routes: [Route] {
        [
            cloud.route(.read, .get, "/storage/v1/b/{bucket}/o") { call in try await list(call) },
            cloud.route(.change, .patch, Self.object) { call in try await update(call, replaces: false) },
            cloud.route(.change, .put, Self.object) { call in try await update(call, replaces: true) },
            cloud.route(.change, .delete, Self.object) { call in
                try await storage.deleteObject(
                    call.parameter("bucket"), call.parameter("object"), generation: try call.integer("generation"),
                    try call.conditions())
                return HostedResponse(status: .noContent)
            },
        ]
    }

    private func list(_ call: CloudCall) async throws -> HostedResponse {
        var question = ObjectQuestion()
        question.prefix = call.query("prefix") ?? ""
        question.delimiter = call.query("delimiter") ?? ""
        question.includeTrailingDelimiter = try call.flag("includeTrailingDelimiter")
        question.startOffset = call.query("startOffset")
        question.endOffset = call.query("endOffset")
        question.pageToken = call.query("pageToken")
        question.limit = try call.pageSize()
        if call.query("matchGlob") != nil { throw CloudProblem.notOffered("matchGlob; it offers prefix and delimiter") }
        let page = try await storage.objects(in: call.parameter("bucket"), question)
        var answer = JSONObject.of("storage#objects")
        if !page.objects.isEmpty {
            answer["items"] = .array(page.objects.map { .object($0.resource(baseURL: call.baseURL)) })
        }
        if !page.prefixes.isEmpty { answer["prefixes"] = .array(page.prefixes.map { .string($0) }) }
        answer["nextPageToken"] = page.nextPageToken.map { .string($0) }
        return call.answer(answer)
    }

    private func update(_ call: CloudCall, replaces: Bool) async throws -> HostedResponse {
        let body = try await call.body()
        let object = try await storage.updateObject(
            call.parameter("bucket"), call.parameter("object"), generation: try call.integer("generation"),
            try call.conditions()
        ) { metadata in
            if replaces {
                metadata = try ObjectMetadata(resource: body)
            } else {
                try metadata.patch(body)
            }
        }
        return call.answer(object.resource(baseURL: call.baseURL))
    }
}

extension ObjectMetadata {
    /// What a resource says of an object that is made.
    init(resource: JSONObject) throws(CloudProblem) {
        self.init()
        try patch(resource)
    }

    /// Takes the members of a resource that are there: null removes, and metadata is merged name by name.
    mutating func patch(_ resource: JSONObject) throws(CloudProblem) {
        for name in ["temporaryHold", "eventBasedHold"] where resource[name]?.boolean == true {
            throw .notOffered("holds of objects")
        }
        if let retention = resource["retention"], retention != .null, retention.object?.isEmpty != true {
            throw .notOffered("retention of objects")
        }
        for (name, path) in Self.texts where resource[name] != nil {
            self[keyPath: path] = try resource.cloudText(name)
        }
        if resource["customTime"] != nil {
            customTime = try resource.cloudText("customTime").map { text throws(CloudProblem) in
                guard let time = Timestamp(rfc3339: text) else { throw .invalid("customTime must be a time.") }
                return time
            }
        }
        guard let given = resource["metadata"] else { return }
        guard given != .null else { return custom = JSONObject() }
        guard let members = given.object else { throw .invalid("metadata must be an object.") }
        for member in members {
            guard member.value == .null || member.value.string != nil else {
                throw .invalid("metadata.\(member.name) must be a string.")
            }
            custom[member.name] = member.value == .null ? nil : member.value
        }
    }
}

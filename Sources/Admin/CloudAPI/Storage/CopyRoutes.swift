import HTTPTypes
import Hosting
import JSON
import ObjectStorage

/// Objects made of objects: copyTo, rewriteTo, moveTo, compose.
struct CopyRoutes: Sendable {
    let storage: ObjectStorage
    let cloud: CloudRoutes

    private static let pair = "b/{destinationBucket}/o/{destinationObject}"

    var routes: [Route] {
        [
            cloud.route(.change, .post, "\(ObjectRoutes.object)/copyTo/\(Self.pair)") { call in
                call.answer(try await copy(call).resource(baseURL: call.baseURL))
            },
            cloud.route(.change, .post, "\(ObjectRoutes.object)/rewriteTo/\(Self.pair)") { call in
                try await rewrite(call)
            },
            cloud.route(.change, .post, "\(ObjectRoutes.object)/moveTo/o/{destinationObject}") { call in
                let bucket = call.parameter("bucket")
                let object = try await storage.move(
                    try source(call),
                    to: ObjectPlace(bucket, call.parameter("destinationObject"), try call.conditions()))
                return call.answer(object.resource(baseURL: call.baseURL))
            },
            cloud.route(.change, .post, "\(ObjectRoutes.object)/compose") { call in try await compose(call) },
        ]
    }

    private func source(_ call: CloudCall) throws(CloudProblem) -> ObjectPlace {
        ObjectPlace(
            call.parameter("bucket"), call.parameter("object"), generation: try call.integer("sourceGeneration"),
            try call.conditions("ifSource"))
    }

    private func copy(_ call: CloudCall) async throws -> StoredObject {
        try call.refuseCustomerKeys()
        // A body that says nothing but where the copy goes leaves it with what is said of the source.
        let metadata = try ObjectMetadata(resource: try await call.body())
        return try await storage.copy(
            try source(call),
            to: ObjectPlace(
                call.parameter("destinationBucket"), call.parameter("destinationObject"), try call.conditions()),
            metadata: metadata == ObjectMetadata() ? nil : metadata)
    }

    /// A rewrite is done when it is answered, however large the object: no bytes are copied.
    private func rewrite(_ call: CloudCall) async throws -> HostedResponse {
        let object = try await copy(call)
        var answer = JSONObject.of("storage#rewriteResponse")
        answer["done"] = true
        answer["objectSize"] = .string(String(object.size))
        answer["totalBytesRewritten"] = .string(String(object.size))
        answer["resource"] = .object(object.resource(baseURL: call.baseURL))
        return call.answer(answer)
    }

    private func compose(_ call: CloudCall) async throws -> HostedResponse {
        try call.refuseCustomerKeys()
        let body = try await call.body()
        let bucket = call.parameter("bucket")
        var sources: [ObjectPlace] = []
        for item in body["sourceObjects"]?.array ?? [] {
            guard let item = item.object, let name = item["name"]?.string else {
                throw CloudProblem.required("sourceObjects.name")
            }
            let conditions = item["objectPreconditions"]?.object
            sources.append(
                ObjectPlace(
                    bucket, name, generation: try item.wideInteger("generation"),
                    Preconditions(generationMatch: try conditions?.wideInteger("ifGenerationMatch"))))
        }
        let metadata = try ObjectMetadata(resource: body["destination"]?.object ?? JSONObject())
        let object = try await storage.compose(
            sources, to: ObjectPlace(bucket, call.parameter("object"), try call.conditions()), metadata: metadata)
        return call.answer(object.resource(baseURL: call.baseURL))
    }
}

extension JSONObject {
    /// A number of 64 bits, which JSON carries as text; some clients write it as a number.
    func wideInteger(_ name: String) throws(CloudProblem) -> Int64? {
        guard let value = self[name], value != .null else { return nil }
        guard let number = value.integer ?? value.string.flatMap({ Int64($0) }) else {
            throw .invalid("\(name) must be a whole number.")
        }
        return number
    }
}

import HTTPTypes
import Hosting
import JSON
import ObjectStorage

/// Notifications of buckets: `/storage/v1/b/BUCKET/notificationConfigs`, and the account that publishes them.
struct NotificationRoutes: Sendable {
    let storage: ObjectStorage
    let cloud: CloudRoutes
    let project: String

    private static let path = "/storage/v1/b/{bucket}/notificationConfigs"

    var routes: [Route] {
        [
            cloud.route(.read, .get, Self.path) { call in
                let bucket = try await storage.bucket(call.parameter("bucket"))
                var answer = JSONObject.of("storage#notifications")
                if !bucket.notifications.isEmpty {
                    answer["items"] = .array(bucket.notifications.map { .object(resource($0, call)) })
                }
                return call.answer(answer)
            },
            cloud.route(.administer("storage.notifications.create"), .post, Self.path) { call in
                let wish = try Self.wish(try await call.body(), project: project)
                return call.answer(
                    resource(try await storage.createNotification(wish, of: call.parameter("bucket")), call))
            },
            cloud.route(.read, .get, "\(Self.path)/{notification}") { call in
                let id = call.parameter("notification")
                return call.answer(resource(try await storage.notification(id, of: call.parameter("bucket")), call))
            },
            cloud.route(.administer("storage.notifications.delete"), .delete, "\(Self.path)/{notification}") { call in
                try await storage.deleteNotification(call.parameter("notification"), of: call.parameter("bucket"))
                return HostedResponse(status: .noContent)
            },
            cloud.route(.read, .get, "/storage/v1/projects/{project}/serviceAccount") { call in
                var answer = JSONObject.of("storage#serviceAccount")
                answer["email_address"] = .string(
                    "service-\(ProjectNumber.of(project))@gs-project-accounts.iam.gserviceaccount.com")
                return call.answer(answer)
            },
        ]
    }

    private func resource(_ config: NotificationConfig, _ call: CloudCall) -> JSONObject {
        config.resource(bucket: call.parameter("bucket"), baseURL: call.baseURL)
    }

    private static func wish(_ body: JSONObject, project: String) throws(CloudProblem) -> NotificationConfig {
        guard let given = try body.cloudText("topic") else { throw .required("topic") }
        guard let topic = topic(given, project: project) else {
            throw .invalid("Invalid topic \(given): write //pubsub.googleapis.com/projects/PROJECT/topics/TOPIC.")
        }
        guard let formatText = try body.cloudText("payload_format") else { throw .required("payload_format") }
        guard let format = NotificationConfig.PayloadFormat(rawValue: formatText) else {
            throw .invalid("Invalid payload_format \(formatText): it is JSON_API_V1 or NONE.")
        }
        return NotificationConfig(
            topic: topic, eventTypes: try eventTypes(body["event_types"]),
            customAttributes: try attributes(body["custom_attributes"]),
            objectNamePrefix: try body.cloudText("object_name_prefix") ?? "", payloadFormat: format)
    }

    /// `projects/P/topics/T`, of any of the forms that clients write.
    private static func topic(_ text: String, project: String) -> String? {
        let service = "//pubsub.googleapis.com/"
        let name = text.hasPrefix(service) ? String(text.dropFirst(service.count)) : text
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "projects", parts[2] == "topics", !parts[1].isEmpty, !parts[3].isEmpty,
            name.utf8.count <= 512
        else { return nil }
        return parts[1] == "_" || parts[1] == "-" ? "projects/\(project)/topics/\(parts[3])" : name
    }

    private static func eventTypes(_ value: JSONValue?) throws(CloudProblem) -> [ObjectEventType] {
        guard let value, value != .null else { return [] }
        guard let names = value.array else { throw .invalid("event_types must be a list.") }
        var types: [ObjectEventType] = []
        for name in names {
            guard let type = name.string.flatMap({ ObjectEventType(rawValue: $0) }) else {
                let known = ObjectEventType.allCases.map(\.rawValue).joined(separator: ", ")
                throw .invalid("Invalid event type: there are \(known).")
            }
            types.append(type)
        }
        return types
    }

    private static func attributes(_ value: JSONValue?) throws(CloudProblem) -> JSONObject {
        guard let value, value != .null else { return JSONObject() }
        guard let members = value.object else { throw .invalid("custom_attributes must be an object.") }
        return members
    }
}

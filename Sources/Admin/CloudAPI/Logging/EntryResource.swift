import Datastore
import JSON
import RequestLog
import Settings

/// A request as Cloud Logging shows those of Cloud Run.
struct EntryResource: Sendable {
    let stored: StoredRecord
    let project: String

    /// The kind of what was asked.
    static let resourceType = "cloud_run_revision"
    /// The log of requests.
    static let requests = "run.googleapis.com/requests"

    /// The name of a log, whose id is percent-encoded.
    static func logName(_ id: String = requests, project: String) -> String {
        "projects/\(project)/logs/\(id.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "%2F"))"
    }

    /// The entry.
    var object: JSONObject {
        let record = stored.record
        var object = JSONObject()
        object["logName"] = .string(Self.logName(project: project))
        object["resource"] = [
            "type": .string(Self.resourceType),
            "labels": [
                "project_id": .string(project), "service_name": .string(record.service),
                "location": .string(CloudProject.location),
            ],
        ]
        object["timestamp"] = .string(Timestamp(microseconds: record.timestamp).rfc3339)
        object["receiveTimestamp"] = .string(Timestamp(microseconds: record.end).rfc3339)
        object["severity"] = .string(record.severity.rawValue)
        object["insertId"] = .string(stored.insertID.description)
        object["httpRequest"] = .object(Self.request(record))
        object["trace"] = record.trace.map { .string($0) }
        object["spanId"] = record.spanID.map { .string($0) }
        var labels = JSONObject()
        labels["route"] = .string(record.route)
        labels["principal"] = record.principal.map { .string($0) }
        labels["requestId"] = .string(record.requestID)
        labels["error"] = record.error.map { .string($0) }
        object["labels"] = .object(labels)
        return object
    }

    private static func request(_ record: RequestRecord) -> JSONObject {
        var request = JSONObject()
        request["requestMethod"] = .string(record.method)
        request["requestUrl"] = .string(record.url)
        // Numbers of 64 bits are texts in Google's JSON.
        request["requestSize"] = .string(String(record.requestSize))
        request["status"] = .integer(Int64(record.status))
        request["responseSize"] = .string(String(record.responseSize))
        request["userAgent"] = record.userAgent.map { .string($0) }
        request["remoteIp"] = record.remoteIP.map { .string($0) }
        request["referer"] = record.referer.map { .string($0) }
        request["latency"] = .string(record.latency.secondsText)
        request["protocol"] = .string(record.protocol)
        return request
    }
}

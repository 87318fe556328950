import Datastore
import JSON
import RequestLog
import Settings

/// A field of an entry that a filter may name.
struct EntryField: Sendable {
    /// What the field holds.
    enum Kind: Sendable, Hashable {
        case text
        case integer
        case time
        case duration
        case severity
    }

    /// Its path, as Cloud Logging writes it.
    let path: String
    let kind: Kind
    /// What an entry has there; nil for nothing.
    let value: @Sendable (_ stored: StoredRecord, _ project: String) -> EntryValue?

    /// The fields of requests.
    static let all: [EntryField] =
        [
            EntryField(path: "timestamp", kind: .time) { stored, _ in .time(stored.record.timestamp) },
            EntryField(path: "receiveTimestamp", kind: .time) { stored, _ in .time(stored.record.end) },
            EntryField(path: "severity", kind: .severity) { stored, _ in .severity(stored.record.severity.number) },
            EntryField(path: "httpRequest.latency", kind: .duration) { stored, _ in
                .duration(stored.record.latencyMicroseconds)
            },
        ]
        + [
            integer("httpRequest.status") { $0.status }, integer("httpRequest.requestSize") { $0.requestSize },
            integer("httpRequest.responseSize") { $0.responseSize },
        ]
        + [
            text("insertId") { stored, _ in stored.insertID.description },
            text("logName") { _, project in EntryResource.logName(project: project) },
            text("resource.type") { _, _ in EntryResource.resourceType },
            text("resource.labels.project_id") { _, project in project },
            text("resource.labels.service_name") { stored, _ in stored.record.service },
            text("resource.labels.location") { _, _ in CloudProject.location },
            text("httpRequest.requestMethod") { stored, _ in stored.record.method },
            text("httpRequest.requestUrl") { stored, _ in stored.record.url },
            text("httpRequest.userAgent") { stored, _ in stored.record.userAgent },
            text("httpRequest.remoteIp") { stored, _ in stored.record.remoteIP },
            text("httpRequest.referer") { stored, _ in stored.record.referer },
            text("httpRequest.protocol") { stored, _ in stored.record.protocol },
            text("trace") { stored, _ in stored.record.trace },
            text("spanId") { stored, _ in stored.record.spanID },
            text("labels.route") { stored, _ in stored.record.route },
            text("labels.principal") { stored, _ in stored.record.principal },
            text("labels.requestId") { stored, _ in stored.record.requestID },
            text("labels.error") { stored, _ in stored.record.error },
        ]

    /// The field of a path; nil when entries have none there.
    static func named(_ path: [String]) -> EntryField? {
        let text = path.joined(separator: ".")
        return all.first { $0.path.hasSameBytes(as: text) }
    }

    private static func text(
        _ path: String, _ value: @escaping @Sendable (_ stored: StoredRecord, _ project: String) -> String?
    ) -> EntryField {
        EntryField(path: path, kind: .text) { stored, project in value(stored, project).map { .text($0) } }
    }

    private static func integer(_ path: String, _ value: @escaping @Sendable (RequestRecord) -> Int) -> EntryField {
        EntryField(path: path, kind: .integer) { stored, _ in .integer(Int64(value(stored.record))) }
    }

    /// Reads what the field is compared with; nil for a text that is no such value.
    func operand(_ text: String) -> EntryValue? {
        switch kind {
        // The id of a trace is also known by the name of its resource.
        case .text where path == "trace": return .text(String(text.split(separator: "/").last ?? ""))
        case .text: return .text(text)
        case .integer: return Int64(text).map { .integer($0) }
        case .time: return Self.time(text).map { .time($0.microseconds) }
        case .duration: return Duration(googleText: text).map { .duration($0.wholeMicroseconds) }
        case .severity:
            if let number = Int(text) { return .severity(number) }
            return Severity.numbers.first { $0.name == text.uppercased() }.map { .severity($0.number) }
        }
    }

    /// An instant, or a day alone, which begins at midnight in UTC.
    private static func time(_ text: String) -> Timestamp? {
        Timestamp(rfc3339: text) ?? Timestamp(rfc3339: "\(text)T00:00:00Z")
    }
}

extension RequestRecord {
    /// How long the request took, in microseconds.
    var latencyMicroseconds: Int64 { latency.wholeMicroseconds }
    /// When the answer was out, in microseconds since 1970.
    var end: Int64 { timestamp.addingReportingOverflow(latencyMicroseconds).partialValue }
}

extension Duration {
    /// Whole microseconds, held within int64.
    fileprivate var wholeMicroseconds: Int64 {
        let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .max : whole.addingReportingOverflow(components.attoseconds / 1_000_000_000_000).partialValue
    }
}

import AdminModel
import Datastore
import RequestLog
import Settings

extension LogEntry {
    /// A stored record in Cloud Logging's names.
    init(_ stored: StoredRecord) {
        let record = stored.record
        self.init(
            timestamp: Timestamp(microseconds: record.timestamp).fixedText, insertId: stored.insertID.description,
            severity: record.severity.rawValue, resource: .init(service: record.service),
            httpRequest: .init(
                requestMethod: record.method, requestUrl: record.url, requestSize: record.requestSize,
                status: record.status, responseSize: record.responseSize, userAgent: record.userAgent,
                remoteIp: record.remoteIP, referer: record.referer, latency: record.latency.secondsText,
                protocol: record.protocol),
            trace: record.trace, spanId: record.spanID,
            labels: .init(
                route: record.route, principal: record.principal, requestId: record.requestID, error: record.error))
    }
}

import JSON
import RequestLog
import Testing

@testable import CloudAPI

@Suite("Entries in Cloud Logging's shape")
struct EntryResourceTests {
    @Test("A request has all that is known of it")
    func whole() throws {
        let record = RequestRecord(
            timestamp: 1_795_687_200_000_000, service: "hello-world-service", method: "POST", url: "/api/v1/hello",
            requestSize: 7, status: 404, responseSize: 1_000, userAgent: "curl", remoteIP: "127.0.0.1", referer: "r",
            latency: .milliseconds(20), trace: "t", spanID: "s", route: "/api/v1/hello", principal: "p",
            requestID: "r1",
            error: "e")
        let stored = StoredRecord(insertID: try #require(InsertID(boot: 1, sequence: 2)), record: record)
        let expected: JSONValue = [
            "logName": "projects/my-project/logs/run.googleapis.com%2Frequests",
            "resource": [
                "type": "cloud_run_revision",
                "labels": [
                    "project_id": "my-project", "service_name": "hello-world-service", "location": "local",
                ],
            ],
            "timestamp": "2026-11-26T10:00:00Z", "receiveTimestamp": "2026-11-26T10:00:00.020Z", "severity": "WARNING",
            "insertId": "00000001-00000000000002",
            "httpRequest": [
                "requestMethod": "POST", "requestUrl": "/api/v1/hello", "requestSize": "7", "status": 404,
                "responseSize": "1000", "userAgent": "curl", "remoteIp": "127.0.0.1", "referer": "r",
                "latency": "0.02s",
                "protocol": "HTTP/1.1",
            ],
            "trace": "t", "spanId": "s",
            "labels": ["route": "/api/v1/hello", "principal": "p", "requestId": "r1", "error": "e"],
        ]
        #expect(.object(EntryResource(stored: stored, project: "my-project").object) == expected)
    }
}

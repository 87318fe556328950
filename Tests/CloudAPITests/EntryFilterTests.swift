import HTTPTypes
import RequestLog
import Testing

@testable import CloudAPI

@Suite("Filters of Cloud Logging's query language")
struct EntryFilterTests {
    private static let project = "my-project"

    /// A request at 2026-11-26T10:00:00Z, of 20 ms.
    private static func entry(
        _ status: Int = 200, service: String = "hello-world-service", userAgent: String? = "curl/8",
        trace: String? = "abc",
        time: Int64 = 1_795_687_200_000_000
    ) throws -> StoredRecord {
        let record = RequestRecord(
            timestamp: time, service: service, method: "GET", url: "/api/v1/Hello?a=1", requestSize: 7, status: status,
            responseSize: 1_000, userAgent: userAgent, latency: .milliseconds(20), trace: trace, route: "/api/v1/hello",
            requestID: "r1", error: status >= 500 ? "the disk is full" : nil)
        return StoredRecord(insertID: try #require(InsertID(boot: 1, sequence: 2)), record: record)
    }

    private static func matches(_ filter: String, _ entry: StoredRecord) throws -> Bool {
        try EntryFilterParser.parse(filter, project: project).matches(entry, project: project)
    }

    @Test(
        "An entry is taken",
        arguments: [
            "", "  \n -- nothing but a remark\n", "resource.type=\"cloud_run_revision\"",
            "resource.type = cloud_run_revision",
            "resource.labels.service_name=\"hello-world-service\"", "resource.labels.service_name:world",
            "resource.labels.project_id=my-project", "resource.labels.location:*",
            "severity=INFO", "severity>=info", "severity<WARNING", "severity!=ERROR", "severity>=200",
            "severity>DEFAULT",
            "severity=(INFO OR ERROR)", "timestamp>=\"2026-11-26T10:00:00Z\"",
            "timestamp<\"2026-11-26T10:00:00.000001Z\"",
            "timestamp>=\"2026-11-26\"", "timestamp>2026-11-26T09:59:59.9Z", "timestamp=\"2026-11-26T11:00:00+01:00\"",
            "receiveTimestamp>\"2026-11-26T10:00:00.019Z\"",
            "httpRequest.status=200", "httpRequest.status>=200 AND httpRequest.status<300", "httpRequest.status:200",
            "httpRequest.status>=200 httpRequest.status<300", "httpRequest.status=(200 OR 404)",
            "httpRequest.status!=404",
            "httpRequest.requestMethod=\"get\"", "httpRequest.requestUrl:\"/hello?A\"", "httpRequest.requestSize<8",
            "httpRequest.responseSize=1000", "httpRequest.latency>\"0.019s\"", "httpRequest.latency<=20ms",
            "httpRequest.userAgent:\"curl\"", "httpRequest.userAgent:*", "NOT httpRequest.referer:*",
            "httpRequest.protocol=\"HTTP/1.1\"", "trace=abc", "trace=\"projects/my-project/traces/abc\"",
            "insertId=\"00000001-00000000000002\"", "labels.route=\"/api/v1/hello\"", "labels.\"route\":hello",
            "labels.requestId=r1", "logName=\"projects/my-project/logs/run.googleapis.com%2Frequests\"",
            "log_id(\"run.googleapis.com/requests\")", "hello", "hello (severity=INFO)", "\"/API/v1\"", "NOT nowhere",
            "-severity=ERROR",
            "(severity=ERROR OR severity=INFO) AND NOT (httpRequest.status=404)",
            // OR binds closer than AND: (a OR b) AND c, which is not a OR (b AND c).
            "severity=INFO OR severity=ERROR AND httpRequest.status=200",
            "resource.type=\"cloud_run_revision\"\nseverity>=INFO -- of every kind\nhttpRequest.status=200",
            "labels.route=\"\\u002fapi/v1/hello\"", "NOT labels.error:*", "NOT(severity=ERROR)",
        ])
    func taken(filter: String) throws {
        #expect(try Self.matches(filter, Self.entry()), "\(filter)")
    }

    @Test(
        "An entry is not taken",
        arguments: [
            "resource.type=\"gce_instance\"", "resource.labels.service_name=\"hello\"", "severity>=WARNING",
            "severity=ERROR",
            "severity=(WARNING OR ERROR)", "timestamp<\"2026-11-26T10:00:00Z\"", "timestamp>=\"2026-11-27\"",
            "httpRequest.status=404", "httpRequest.status>200", "httpRequest.latency>20ms", "httpRequest.referer:*",
            "httpRequest.referer=\"\"", "httpRequest.referer!=\"x\"", "labels.error:disk", "nowhere", "NOT hello",
            "severity=ERROR OR severity=INFO AND httpRequest.status=404", "log_id(\"stdout\")",
            "severity=INFO AND NOT httpRequest.status=200", "trace=\"projects/my-project/traces/abd\"",
            "severity=(INFO AND NOT INFO)", "resource.labels.project_id=other",
        ])
    func notTaken(filter: String) throws {
        #expect(try !Self.matches(filter, Self.entry()), "\(filter)")
    }

    @Test("What went wrong is found by its words")
    func errors() throws {
        let failed = try Self.entry(507)
        #expect(try Self.matches("severity=ERROR AND labels.error:\"DISK is\"", failed))
        #expect(try Self.matches("disk httpRequest.status>=500", failed))
    }

    @Test(
        "What is not understood is refused, and named",
        arguments: [
            ("jsonPayload.message=\"x\"", "jsonPayload.message"), ("textPayload:x", "textPayload"),
            ("resource.labels.cluster=x", "resource.labels.cluster"), ("httpRequest.status=abc", "httpRequest.status"),
            ("httpRequest.status=\"*\"", "whole number"), ("timestamp>=yesterday", "yesterday"),
            ("severity>=LOUD", "LOUD"), ("httpRequest.latency>1", "duration"),
            ("httpRequest.requestUrl=~\"^/api\"", "=~"),
            ("httpRequest.requestUrl!~\"^/api\"", "regular"),
            ("ip_in_net(httpRequest.remoteIp, \"10.0.0.0/8\")", "ip_in_net"),
            ("sample(insertId, 0.1)", "sample"), ("(severity=INFO", ") is missing"), ("severity=INFO)", "no meaning"),
            ("severity=", "too early"), ("\"open", "no end"), ("severity=(", "too early"),
            ("AND", "missing before AND"), ("severity=INFO AND OR hello", "missing before OR"),
            ("severity=INFO OR", "too early"), ("NOT", "too early"), ("severity=\"\\q\"", "\\q"), ("a..b=1", "meaning"),
            ("&", "meaning"), ("severity=\"\\u00\"", "hexadecimal"), ("log_id(\"x\"", ") is missing"),
            (String(repeating: "(", count: 60) + "a" + String(repeating: ")", count: 60), "deeply"),
            (String(repeating: "NOT ", count: 60) + "a", "deeply"), (String(repeating: "a", count: 20_001), "20000"),
        ])
    func refused(filter: String, words: String) throws {
        let problem = #expect(throws: CloudProblem.self, "\(filter)") {
            try EntryFilterParser.parse(filter, project: Self.project)
        }
        #expect(problem?.status == .badRequest)
        #expect(problem?.message.contains(words) == true, "\(filter): \(problem?.message ?? "")")
    }

    @Test("Bounds that every wanted entry keeps are told to the log")
    func bounds() throws {
        func query(_ filter: String) throws -> RequestLogQuery {
            var query = RequestLogQuery()
            try EntryFilterParser.parse(filter, project: Self.project).narrow(&query)
            return query
        }
        let narrow = try query(
            "timestamp>=\"2026-11-26T10:00:00Z\" AND timestamp<=\"2026-11-26T11:00:00Z\" severity>=WARNING "
                + "httpRequest.status=404")
        #expect(narrow.since == 1_795_687_200_000_000)
        #expect(narrow.until == 1_795_690_800_000_001)
        #expect(narrow.severities == [.warning, .error])
        #expect(narrow.statuses == [.exact(404)])
        let open = try query("timestamp>\"2026-11-26T10:00:00Z\" OR severity=ERROR")
        #expect(open == RequestLogQuery())
        #expect(try query("NOT timestamp>\"2026-11-26T10:00:00Z\"") == RequestLogQuery())
        #expect(try query("severity>EMERGENCY") == RequestLogQuery(), "an empty set would stand for all")
    }
}

/// Answers of the daemon as its API gives them.
enum Sample {
    static func entry(_ id: Int, status: Int = 200, url: String = "/api/v1/hello") -> String {
        let insertID =
            "00000001-" + String(repeating: "0", count: 14 - String(id, radix: 16).count)
            + String(id, radix: 16)
        return """
            {"httpRequest":{"latency":"0.00012s","protocol":"HTTP/1.1","remoteIp":"127.0.0.1","requestMethod":"POST",\
            "requestSize":2,"requestUrl":"\(url)","responseSize":27,"status":\(status)},"insertId":"\(insertID)",\
            "labels":{"requestId":"r\(id)","route":"/api/v1/hello"},"resource":{"service":"hello-world-service"},\
            "severity":"INFO","timestamp":"2026-11-22T10:08:56.000001Z"}
            """
    }

    static let run = """
        {"job":"log-purge-job","kind":"scheduled","outcome":"succeeded","scheduledTime":"2026-11-22T10:08:00Z",\
        "startTime":"2026-11-22T10:08:00.001Z","endTime":"2026-11-22T10:08:00.010Z","status":200}
        """

    static let failedRun = """
        {"job":"log-purge-job","kind":"scheduled","outcome":"failed","scheduledTime":"2026-11-22T10:08:00Z",\
        "startTime":"2026-11-22T10:08:00.001Z","endTime":"2026-11-22T10:08:10.010Z","status":503,\
        "message":"answered 503: no","attempts":[\
        {"startTime":"2026-11-22T10:08:00.001Z","latency":"0.002s","error":"refused"},\
        {"startTime":"2026-11-22T10:08:05.001Z","latency":"0.002s","status":503,"answer":"no"}]}
        """

    static let job = """
        {"name":"log-purge-job","schedule":"* * * * *","timeZone":"Etc/UTC","state":"ENABLED",\
        "httpTarget":{"uri":"http://127.0.0.1:8082/api/v1/purge","httpMethod":"GET"},"attemptDeadline":"180s",\
        "retryConfig":{"retryCount":2,"minBackoffDuration":"5s","maxBackoffDuration":"3600s","maxDoublings":5,\
        "maxRetryDuration":"0s"},"missedRunPolicy":"SKIP",\
        "nextTime":"2026-11-22T10:09:00Z","lastRun":\(run)}
        """

    static let publishingJob = """
        {"name":"tick","schedule":"* * * * *","timeZone":"Etc/UTC","state":"ENABLED",\
        "pubsubTarget":{"topicName":"projects/my-project/topics/storage-event","data":"eyJhIjoxfQ==",\
        "attributes":{"x":"1","y":"2"},"orderingKey":"k"},"attemptDeadline":"180s",\
        "retryConfig":{"retryCount":0,"minBackoffDuration":"5s","maxBackoffDuration":"3600s","maxDoublings":5,\
        "maxRetryDuration":"0s"},"missedRunPolicy":"SKIP","nextTime":"2026-11-22T10:09:00Z"}
        """

    static let service = """
        {"name":"hello-world-service","url":"http://127.0.0.1:8080","authentication":"none",\
        "allowUnauthenticated":false,"listen":["127.0.0.1:8080"],"addresses":["127.0.0.1:8080"],"audiences":[]}
        """

    static let status = """
        {"version":"0.1.0","pid":7,"phase":"serving","health":"pass","project":"my-project",\
        "startTime":"2026-11-22T10:00:00Z","uptimeSeconds":60,"dataDirectory":"/var/lib/trivet",\
        "addresses":{"hello-world-service":["127.0.0.1:8080"]},\
        "requestLog":{"served":3,"stored":1,"buffered":1,"sampledOut":0,"dropped":{"buffer_full":1}}}
        """

    static let entity = """
        {"key":"Message/5629499534213120","namespace":"","version":"9007199254740993",\
        "createTime":"2026-11-22T10:00:00.000000Z","updateTime":"2026-11-22T10:00:00.000000Z",\
        "properties":{"big":{"integerValue":"9223372036854775807"},"half":{"doubleValue":1.0},\
        "name":{"stringValue":"Bob"}}}
        """

    static func index(_ state: String) -> String {
        """
        {"id":"3","kind":"Message","ancestor":false,"properties":[{"name":"name","direction":"asc"},\
        {"name":"timestamp","direction":"desc"}],"state":"\(state)","origin":"composite"}
        """
    }

    static func failure(_ code: Int, _ status: String, _ message: String) -> String {
        #"{"error":{"code":\#(code),"message":"\#(message)","status":"\#(status)"}}"#
    }
}

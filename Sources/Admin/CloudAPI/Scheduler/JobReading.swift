import JSON
import Scheduling
import Transfer

/// Reads a job of Cloud Scheduler's shape.
struct JobReading: Sendable {
    /// The job's id.
    let id: String
    /// The project's id.
    let project: String

    /// What a client can change of a job.
    static let changeable = [
        "description", "schedule", "timeZone", "httpTarget", "pubsubTarget", "appEngineHttpTarget", "retryConfig",
        "attemptDeadline",
    ]
    /// What only the scheduler says of a job; in a request it is passed over, as clients send back what they got.
    static let constant = [
        "name", "state", "status", "scheduleTime", "lastAttemptTime", "userUpdateTime", "satisfiesPzs",
    ]
    private static let targets = ["httpTarget", "pubsubTarget", "appEngineHttpTarget"]
    private static let retryFields = [
        "retryCount", "maxRetryDuration", "minBackoffDuration", "maxBackoffDuration", "maxDoublings",
    ]
    /// By their numbers, as some clients send them.
    private static let methods = [
        "HTTP_METHOD_UNSPECIFIED", "POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS",
    ]

    /// The name that a resource in a request gives its job; nil when it leaves that to the scheduler.
    static func name(of resource: JSONObject) throws(CloudProblem) -> String? {
        let name = try CloudBody(resource, known: changeable + constant, at: "job.").text("name")
        return name.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The mask of a change that names none: the fields that the request has, and that can change.
    static func mask(of resource: JSONObject) throws(CloudProblem) -> String {
        _ = try CloudBody(resource, known: changeable + constant, at: "job.")
        return resource.map(\.name.camelCased).filter { changeable.contains($0) }.joined(separator: ",")
    }

    /// The job that a resource describes; what it leaves out has its default.
    func job(_ resource: JSONObject) throws -> Job {
        let body = try CloudBody(resource, known: Self.changeable + Self.constant, at: "job.")
        var job = Job(
            name: id, description: try body.text("description") ?? "",
            schedule: try CronSchedule(parsing: try body.required("schedule")), target: try Self.target(body))
        if let zone = try body.text("timeZone"), !zone.isEmpty { job.timeZone = zone }
        job.attemptDeadline = try body.duration("attemptDeadline") ?? job.attemptDeadline
        if let retry = try body.part("retryConfig", known: Self.retryFields) { job.retry = try Self.retry(retry) }
        return job
    }

    /// The job that a change makes of another: what Cloud Scheduler has no name for stays as it is.
    func job(_ resource: JSONObject, _ mask: UpdateMask, changing old: Job) throws -> Job {
        let current = JobResource.settings(of: old, project: project)
        var merged = mask.merge(resource, into: current)
        // A job has one target: a new one takes the place of the old one.
        let oldTarget = Self.targets.first { current[$0] != nil } ?? ""
        if Self.targets.count(where: { merged[$0] != nil }) > 1 { merged[oldTarget] = nil }
        var job = try job(merged)
        job.state = old.state
        job.missedRuns = old.missedRuns
        job.startDeadline = old.startDeadline
        if merged[oldTarget] == current[oldTarget] {
            job.target = old.target
        } else if case (.pubsub(var new), .pubsub(let before)) = (job.target, old.target) {
            new.orderingKey = before.orderingKey
            job.target = .pubsub(new)
        }
        return job
    }

    private static func target(_ body: CloudBody) throws(CloudProblem) -> JobTarget {
        guard body.value("appEngineHttpTarget") == nil else {
            throw .notOffered("targets of App Engine: give an httpTarget or a pubsubTarget")
        }
        let http = try body.part(
            "httpTarget", known: ["uri", "httpMethod", "headers", "body", "oauthToken", "oidcToken"])
        let pubsub = try body.part("pubsubTarget", known: ["topicName", "data", "attributes"])
        switch (http, pubsub) {
        case (let http?, nil): return .http(try target(http: http))
        case (nil, let pubsub?): return .pubsub(try target(pubsub: pubsub))
        case (nil, nil): throw .invalid("A job has an httpTarget or a pubsubTarget.", field: "job.target")
        case (_?, _?): throw .invalid("A job has an httpTarget or a pubsubTarget, not both.", field: "job.target")
        }
    }

    private static func target(http body: CloudBody) throws(CloudProblem) -> HTTPTarget {
        try body.refuse([("oauthToken", "access tokens of jobs; it offers an oidcToken")])
        var target = HTTPTarget(uri: try body.required("uri"))
        if let method = try method(body) { target.method = method }
        for (name, value) in try body.map("headers") {
            guard target.headers[name] == nil else {
                throw .invalid("The header \(name) is given twice.", field: "job.httpTarget.headers")
            }
            target.headers.append(TransferHeader(name, value))
        }
        target.body = try body.bytes("body") ?? []
        if let token = try body.part("oidcToken", known: ["serviceAccountEmail", "audience"]) {
            let audience = try token.text("audience")
            target.oidcToken = OIDCToken(
                serviceAccountEmail: try token.required("serviceAccountEmail"),
                audience: audience.flatMap { $0.isEmpty ? nil : $0 })
        }
        return target
    }

    /// The method by its name or number; nil when the request leaves it to the default.
    private static func method(_ body: CloudBody) throws(CloudProblem) -> String? {
        let name: String? =
            switch body.value("httpMethod") {
            case nil: methods[0]
            case .integer(let number): methods.indices.contains(Int(clamping: number)) ? methods[Int(number)] : nil
            case .string(let text): methods.first { $0.hasSameBytes(as: text) }
            default: nil
            }
        guard let name else {
            throw .invalid(
                "The HTTP method is one of \(methods.dropFirst().joined(separator: ", ")).",
                field: "job.httpTarget.httpMethod")
        }
        return name == methods[0] ? nil : name
    }

    private static func target(pubsub body: CloudBody) throws(CloudProblem) -> PubSubTarget {
        PubSubTarget(
            topic: try body.required("topicName"), data: try body.bytes("data") ?? [],
            attributes: try body.map("attributes").map { PubSubTarget.Attribute($0.name, $0.value) })
    }

    private static func retry(_ body: CloudBody) throws(CloudProblem) -> RetryConfig {
        var retry = RetryConfig()
        retry.retryCount = try body.integer("retryCount") ?? retry.retryCount
        retry.maxRetryDuration = try body.duration("maxRetryDuration") ?? retry.maxRetryDuration
        retry.minBackoff = try body.duration("minBackoffDuration") ?? retry.minBackoff
        retry.maxBackoff = try body.duration("maxBackoffDuration") ?? retry.maxBackoff
        retry.maxDoublings = try body.integer("maxDoublings") ?? retry.maxDoublings
        return retry
    }
}

import Hosting
import JSON
import Scheduling
import Settings
import Transfer

/// A job as a request's body has it. What is unknown or of another type is refused, and named.
enum JobBody {
    /// The members that a body may have.
    static let members = [
        "name", "description", "schedule", "timeZone", "httpTarget", "pubsubTarget", "retryConfig",
        "attemptDeadline", "missedRunPolicy", "startDeadline", "state",
    ]

    /// An object after a merge patch, without members that are null.
    static func merged(_ object: JSONObject, _ patch: JSONObject) -> JSONObject {
        var object = object
        for member in patch {
            switch member.value {
            case .null: object[member.name] = nil
            case .object(let part):
                object[member.name] = .object(merged(object[member.name]?.object ?? JSONObject(), part))
            default: object[member.name] = member.value
            }
        }
        return object
    }

    /// The job that a body without nulls describes; what it leaves out has its default.
    static func job(_ body: JSONObject) throws -> Job {
        guard let name = try body.text("name") else { throw AdminProblem.invalid("name is missing") }
        guard let schedule = try body.text("schedule") else { throw AdminProblem.invalid("schedule is missing") }
        var job = Job(
            name: name, description: try body.text("description") ?? "", schedule: try CronSchedule(parsing: schedule),
            target: try target(body), retry: try retry(try body.object("retryConfig") ?? JSONObject()))
        job.timeZone = try body.text("timeZone") ?? job.timeZone
        job.attemptDeadline = try duration("attemptDeadline", of: body) ?? job.attemptDeadline
        job.startDeadline = try duration("startDeadline", of: body)
        if let text = try body.text("missedRunPolicy") {
            guard let policy = MissedRunPolicy(rawValue: text) else {
                let known = MissedRunPolicy.allCases.map(\.rawValue).joined(separator: " or ")
                throw AdminProblem.invalid("missedRunPolicy \"\(text)\" is not \(known)")
            }
            job.missedRuns = policy
        }
        if let text = try body.text("state") {
            guard let state = Job.State(rawValue: text) else {
                throw AdminProblem.invalid("state \"\(text)\" is neither ENABLED nor PAUSED")
            }
            job.state = state
        }
        return job
    }

    /// A job as such a body.
    static func object(of job: Job) -> JSONObject {
        var object = JSONObject()
        object["name"] = .string(job.name)
        object["description"] = .string(job.description)
        object["schedule"] = .string(job.schedule.text)
        object["timeZone"] = .string(job.timeZone)
        switch job.target {
        case .http(let target): object["httpTarget"] = .object(Self.object(of: target))
        case .pubsub(let target): object["pubsubTarget"] = .object(Self.object(of: target))
        }
        object["retryConfig"] = [
            "retryCount": .integer(Int64(job.retry.retryCount)),
            "minBackoffDuration": .string(job.retry.minBackoff.secondsText),
            "maxBackoffDuration": .string(job.retry.maxBackoff.secondsText),
            "maxDoublings": .integer(Int64(job.retry.maxDoublings)),
            "maxRetryDuration": .string(job.retry.maxRetryDuration.secondsText),
        ]
        object["attemptDeadline"] = .string(job.attemptDeadline.secondsText)
        object["missedRunPolicy"] = .string(job.missedRuns.rawValue)
        object["state"] = .string(job.state.rawValue)
        object["startDeadline"] = job.startDeadline.map { .string($0.secondsText) }
        return object
    }

    private static func object(of http: HTTPTarget) -> JSONObject {
        var target = JSONObject()
        target["uri"] = .string(http.uri)
        target["httpMethod"] = .string(http.method)
        var headers = JSONObject()
        for header in http.headers { headers[header.name] = .string(header.value) }
        target["headers"] = .object(headers)
        target["body"] = .string(Base64.encode(http.body))
        target["oidcToken"] = http.oidcToken.map { token in
            var object = JSONObject()
            object["serviceAccountEmail"] = .string(token.serviceAccountEmail)
            object["audience"] = token.audience.map { .string($0) }
            return .object(object)
        }
        return target
    }

    private static func object(of message: PubSubTarget) -> JSONObject {
        var target = JSONObject()
        target["topicName"] = .string(message.topic)
        target["data"] = .string(Base64.encode(message.data))
        var attributes = JSONObject()
        for attribute in message.attributes { attributes[attribute.name] = .string(attribute.value) }
        target["attributes"] = .object(attributes)
        target["orderingKey"] = .string(message.orderingKey)
        return target
    }

    private static func target(_ body: JSONObject) throws -> JobTarget {
        switch (try body.object("httpTarget"), try body.object("pubsubTarget")) {
        case (let http?, nil): return .http(try target(http: http))
        case (nil, let message?): return .pubsub(try target(pubsub: message))
        case (nil, nil): throw AdminProblem.invalid("httpTarget or pubsubTarget is missing")
        case (_?, _?): throw AdminProblem.invalid("a job has an httpTarget or a pubsubTarget, not both")
        }
    }

    private static func target(pubsub object: JSONObject) throws -> PubSubTarget {
        try object.require(only: ["topicName", "data", "attributes", "orderingKey"], at: "pubsubTarget.")
        guard let topic = try object.text("topicName") else {
            throw AdminProblem.invalid("pubsubTarget.topicName is missing")
        }
        guard let data = Base64.decode(try object.text("data") ?? "") else {
            throw AdminProblem.invalid("pubsubTarget.data is not Base64")
        }
        let given = try object.object("attributes") ?? JSONObject()
        let attributes = try given.compactMap { member in
            try given.text(member.name).map { PubSubTarget.Attribute(member.name, $0) }
        }
        return PubSubTarget(
            topic: topic, data: data, attributes: attributes, orderingKey: try object.text("orderingKey") ?? "")
    }

    private static func target(http object: JSONObject) throws -> HTTPTarget {
        try object.require(only: ["uri", "httpMethod", "headers", "body", "oidcToken"], at: "httpTarget.")
        guard let uri = try object.text("uri") else { throw AdminProblem.invalid("httpTarget.uri is missing") }
        let text = try object.text("body") ?? ""
        guard let body = Base64.decode(text) else { throw AdminProblem.invalid("httpTarget.body is not Base64") }
        var headers: [TransferHeader] = []
        let given = try object.object("headers") ?? JSONObject()
        for member in given {
            guard let value = try given.text(member.name) else { continue }
            guard headers[member.name] == nil else {
                throw AdminProblem.invalid("header \"\(member.name)\" is given twice")
            }
            headers.append(TransferHeader(member.name, value))
        }
        return HTTPTarget(
            uri: uri, method: try object.text("httpMethod") ?? "POST", headers: headers, body: body,
            oidcToken: try object.object("oidcToken").map(token))
    }

    private static func token(_ object: JSONObject) throws -> OIDCToken {
        try object.require(only: ["serviceAccountEmail", "audience"], at: "httpTarget.oidcToken.")
        guard let account = try object.text("serviceAccountEmail") else {
            throw AdminProblem.invalid("httpTarget.oidcToken.serviceAccountEmail is missing")
        }
        return OIDCToken(serviceAccountEmail: account, audience: try object.text("audience"))
    }

    private static func retry(_ object: JSONObject) throws -> RetryConfig {
        try object.require(
            only: ["retryCount", "minBackoffDuration", "maxBackoffDuration", "maxDoublings", "maxRetryDuration"],
            at: "retryConfig.")
        var retry = RetryConfig()
        retry.retryCount = try object.integer("retryCount").map { Int(clamping: $0) } ?? retry.retryCount
        retry.minBackoff = try duration("minBackoffDuration", of: object) ?? retry.minBackoff
        retry.maxBackoff = try duration("maxBackoffDuration", of: object) ?? retry.maxBackoff
        retry.maxDoublings = try object.integer("maxDoublings").map { Int(clamping: $0) } ?? retry.maxDoublings
        retry.maxRetryDuration = try duration("maxRetryDuration", of: object) ?? retry.maxRetryDuration
        return retry
    }

    private static func duration(_ name: String, of object: JSONObject) throws -> Duration? {
        guard let text = try object.text(name) else { return nil }
        guard let duration = Duration(googleText: text) else {
            throw AdminProblem.invalid("\(name) \"\(text)\" is not a duration such as 180s, 1.5s or 3m")
        }
        return duration
    }
}

import Datastore
import JSON
import Scheduling
import Settings
import Transfer

/// A job as Cloud Scheduler shows it.
struct JobResource: Sendable {
    let job: Job
    let name: JobName
    /// Its newest run.
    let last: JobRun?
    /// Its next instant.
    let next: Timestamp?

    /// What was set, and what the scheduler and the ledger know.
    var object: JSONObject {
        var object = Self.settings(of: job, project: name.project)
        object["name"] = .string(name.description)
        object["state"] = .string(job.state.rawValue)
        object["userUpdateTime"] = job.userUpdateTime.map { .string($0.rfc3339) }
        object["scheduleTime"] = next.map { .string($0.rfc3339) }
        let attempt = last?.attempts.last
        object["lastAttemptTime"] = (attempt?.startTime ?? last?.startTime).map { .string($0.rfc3339) }
        object["status"] = attempt.map { .object(Self.status(of: $0)) }
        return object
    }

    /// How an attempt ended, as google.rpc.Status: an empty one is success.
    private static func status(of attempt: JobAttempt) -> JSONObject {
        var status = JSONObject()
        guard let code = attempt.code else { return status }
        status["code"] = .integer(Int64(code))
        status["message"] = .string(attempt.reason)
        return status
    }

    /// What a client can set of a job.
    static func settings(of job: Job, project: String) -> JSONObject {
        var object = JSONObject()
        if !job.description.isEmpty { object["description"] = .string(job.description) }
        object["schedule"] = .string(job.schedule.text)
        object["timeZone"] = .string(job.timeZone)
        switch job.target {
        case .http(let target):
            object["httpTarget"] = .object(resource(of: target))
            object["attemptDeadline"] = .string(job.attemptDeadline.secondsText)
        case .pubsub(let target): object["pubsubTarget"] = .object(resource(of: target, project: project))
        }
        object["retryConfig"] = .object(resource(of: job.retry))
        return object
    }

    private static func resource(of target: HTTPTarget) -> JSONObject {
        var object = JSONObject()
        object["uri"] = .string(target.uri)
        object["httpMethod"] = .string(target.method)
        var headers = JSONObject()
        // Of a header that stands several times, the values in one, as HTTP lets them be joined.
        for header in target.headers {
            let before = headers[header.name]?.string.map { "\($0), " } ?? ""
            headers[header.name] = .string(before + header.value)
        }
        if !headers.isEmpty { object["headers"] = .object(headers) }
        if !target.body.isEmpty { object["body"] = .string(Base64.encode(target.body)) }
        object["oidcToken"] = target.oidcToken.map { token in
            var object = JSONObject()
            object["serviceAccountEmail"] = .string(token.serviceAccountEmail)
            object["audience"] = token.audience.map { .string($0) }
            return .object(object)
        }
        return object
    }

    private static func resource(of target: PubSubTarget, project: String) -> JSONObject {
        var object = JSONObject()
        object["topicName"] = .string("projects/\(project)/topics/\(target.topic)")
        if !target.data.isEmpty { object["data"] = .string(Base64.encode(target.data)) }
        var attributes = JSONObject()
        for attribute in target.attributes { attributes[attribute.name] = .string(attribute.value) }
        if !attributes.isEmpty { object["attributes"] = .object(attributes) }
        return object
    }

    private static func resource(of retry: RetryConfig) -> JSONObject {
        var object = JSONObject()
        if retry.retryCount > 0 { object["retryCount"] = .integer(Int64(retry.retryCount)) }
        object["maxRetryDuration"] = .string(retry.maxRetryDuration.secondsText)
        object["minBackoffDuration"] = .string(retry.minBackoff.secondsText)
        object["maxBackoffDuration"] = .string(retry.maxBackoff.secondsText)
        object["maxDoublings"] = .integer(Int64(retry.maxDoublings))
        return object
    }
}

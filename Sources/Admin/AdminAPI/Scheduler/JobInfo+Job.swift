import AdminModel
import Datastore
import JSON
import Scheduling
import Settings
import Transfer

extension JobInfo {
    /// A job, and what the scheduler and the ledger know of it; topics with their names in full.
    init(_ job: Job, topicName: (String) -> String, next: Timestamp?, last: JobRun?, problem: String?) {
        var http: Target?
        var pubsub: Message?
        switch job.target {
        case .http(let target): http = Target(target)
        case .pubsub(let target): pubsub = Message(target, topicName: topicName(target.topic))
        }
        let attempt = last?.attempts.last
        self.init(
            name: job.name, description: job.description.isEmpty ? nil : job.description, schedule: job.schedule.text,
            timeZone: job.timeZone, state: job.state.rawValue, httpTarget: http, pubsubTarget: pubsub,
            retryConfig: Retry(job.retry), attemptDeadline: job.attemptDeadline.secondsText,
            missedRunPolicy: job.missedRuns.rawValue,
            startDeadline: job.startDeadline?.secondsText, problem: problem,
            userUpdateTime: job.userUpdateTime?.fixedText,
            lastAttemptTime: (attempt?.startTime ?? last?.startTime)?.fixedText,
            status: attempt.flatMap { Status($0) }, scheduleTime: next?.rfc3339, lastRun: last.map { RunInfo($0) })
    }
}

extension JobInfo.Target {
    fileprivate init(_ target: HTTPTarget) {
        let headers = Dictionary(target.headers.map { ($0.name, $0.value) }) { "\($0), \($1)" }
        self.init(
            uri: target.uri, httpMethod: target.method, headers: headers.isEmpty ? nil : headers,
            body: target.body.isEmpty ? nil : Base64.encode(target.body),
            oidcToken: target.oidcToken.map { token in
                Token(serviceAccountEmail: token.serviceAccountEmail, audience: token.audience)
            })
    }
}

extension JobInfo.Message {
    fileprivate init(_ target: PubSubTarget, topicName: String) {
        let attributes = Dictionary(target.attributes.map { ($0.name, $0.value) }) { _, last in last }
        self.init(
            topicName: topicName, data: target.data.isEmpty ? nil : Base64.encode(target.data),
            attributes: attributes.isEmpty ? nil : attributes,
            orderingKey: target.orderingKey.isEmpty ? nil : target.orderingKey)
    }
}

extension JobInfo.Retry {
    fileprivate init(_ retry: RetryConfig) {
        self.init(
            retryCount: retry.retryCount, minBackoffDuration: retry.minBackoff.secondsText,
            maxBackoffDuration: retry.maxBackoff.secondsText, maxDoublings: retry.maxDoublings,
            maxRetryDuration: retry.maxRetryDuration.secondsText)
    }
}

extension JobInfo.Status {
    /// How an attempt failed; nil when it did not.
    fileprivate init?(_ attempt: JobAttempt) {
        guard let code = attempt.code else { return nil }
        self.init(code: code, message: attempt.reason)
    }
}

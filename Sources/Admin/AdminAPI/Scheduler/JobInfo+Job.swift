import AdminModel
import Datastore
import Scheduling
import Settings
import Transfer

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JobInfo {
    /// A job, and what the scheduler and the ledger know of it.
    init(_ job: Job, next: Timestamp?, last: JobRun?, problem: String?) {
        let target: Target
        switch job.target {
        case .http(let http): target = Target(http)
        }
        let attempt = last?.attempts.last
        self.init(
            name: job.name, description: job.description.isEmpty ? nil : job.description, schedule: job.schedule.text,
            timeZone: job.timeZone, state: job.state.rawValue, httpTarget: target, retryConfig: Retry(job.retry),
            attemptDeadline: job.attemptDeadline.secondsText, missedRunPolicy: job.missedRuns.rawValue,
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
            body: target.body.isEmpty ? nil : Data(target.body).base64EncodedString(),
            oidcToken: target.oidcToken.map { token in
                Token(serviceAccountEmail: token.serviceAccountEmail, audience: token.audience)
            })
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
    /// How an attempt failed; nil when it did not. The numbers are those of google.rpc.Code, by HTTP status.
    fileprivate init?(_ attempt: JobAttempt) {
        let code: Int
        switch attempt.status {
        case .some(200..<300): return nil
        case 400: code = 3
        case 401: code = 16
        case 403: code = 7
        case 404: code = 5
        case 409: code = 10
        case 429: code = 8
        case 500: code = 13
        case 501: code = 12
        case 504: code = 4
        case 503, nil: code = 14
        default: code = 2
        }
        self.init(code: code, message: attempt.reason)
    }
}

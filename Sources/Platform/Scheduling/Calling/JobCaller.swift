public import Datastore

/// Makes the call of a job that calls a URL. The scheduler's tests bring their own.
public protocol JobCaller: Sendable {
    /// Makes one attempt and tells how it went, within the job's attempt deadline; when the task is cancelled, at once.
    func call(_ call: JobCall) async -> JobCallResult
}

/// A call to make.
public struct JobCall: Sendable, Hashable {
    /// The job as it is now.
    public let job: Job
    /// What the job calls.
    public let target: HTTPTarget
    /// The instant it is for, the same however late it runs; for a run by hand the moment it was asked for.
    public let scheduledTime: Timestamp
}

/// How a call went.
public enum JobCallResult: Sendable, Hashable {
    /// The target answered, with a body that begins so, and what to do about it, where that is known.
    case answered(status: Int, excerpt: String, advice: String? = nil)
    /// No answer came, and why.
    case failed(String)
}

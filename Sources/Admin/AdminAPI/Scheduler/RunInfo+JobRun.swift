import AdminModel
import Datastore
import Scheduling
import Settings

extension RunInfo {
    /// A record of the ledger; of a run that is under way, the message is how far it is.
    init(_ run: JobRun, progress: String? = nil) {
        var range: MissedRange?
        let kind: String
        switch run.kind {
        case .scheduled: kind = "scheduled"
        case .manual: kind = "manual"
        case .missed(let missed):
            kind = "missed"
            range = missed
        }
        self.init(
            job: run.job, kind: kind, outcome: run.outcome.rawValue,
            scheduledTime: (range?.from ?? run.scheduledTime)?.rfc3339, lastScheduledTime: range?.to.rfc3339,
            missedCount: range?.count, startTime: run.startTime?.fixedText, endTime: run.endTime?.fixedText,
            status: run.status, message: run.message ?? progress, lateReason: run.lateReason,
            attempts: run.attempts.isEmpty ? nil : run.attempts.map { Attempt($0) })
    }
}

extension RunInfo.Attempt {
    fileprivate init(_ attempt: JobAttempt) {
        self.init(
            startTime: attempt.startTime.fixedText, latency: attempt.latency.secondsText, status: attempt.status,
            answer: attempt.answer, error: attempt.error, messageId: attempt.messageID)
    }
}

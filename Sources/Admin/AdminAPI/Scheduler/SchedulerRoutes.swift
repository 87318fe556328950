import AdminModel
import Datastore
import HTTPTypes
import Hosting
import JSON
import Scheduling

/// Jobs and the ledger of their runs.
struct SchedulerRoutes: AdminRoutes {
    let parts: AdminParts
    let access: AdminAccess

    var routes: [Route] {
        [
            read(AdminPath.jobs) { _ in .model(try await jobs()) },
            read("\(AdminPath.jobs)/{job}") { call in
                .model(try await info(try await job(call.parameter("job"))))
            },
            write(.post, "\(AdminPath.jobs)/{job}:run") { call in
                _ = try await call.body(allowed: [])
                return .model(RunInfo(try await parts.scheduler.runNow(call.parameter("job"))))
            },
            read(AdminPath.runs, ["job", "outcome", "since", "limit", "pageToken"]) { call in
                .model(try await runs(call))
            },
        ]
    }

    private func jobs() async throws -> JobList {
        var infos: [JobInfo] = []
        for job in try await parts.scheduler.jobs() { infos.append(try await info(job)) }
        return JobList(jobs: infos)
    }

    private func job(_ name: String) async throws -> Job {
        guard let job = try await parts.scheduler.job(name) else { throw AdminProblem.notFound("no job \"\(name)\"") }
        return job
    }

    private func info(_ job: Job) async throws -> JobInfo {
        let last = try await parts.scheduler.runs(job: job.name, limit: 1).runs.first
        return JobInfo(
            name: job.name, schedule: job.schedule.text, timeZone: job.timeZone, state: job.state.rawValue,
            httpTarget: .init(uri: job.target.uri, httpMethod: job.target.method),
            attemptDeadline: job.attemptDeadline.secondsText,
            nextTime: parts.scheduler.nextRun(of: job.name)?.rfc3339,
            lastRun: last.map { RunInfo($0) })
    }

    private func runs(_ call: AdminCall) async throws -> RunPage {
        if let name = call.query("job") { _ = try await job(name) }
        var outcome: JobRun.Outcome?
        if let text = call.query("outcome") {
            outcome = JobRun.Outcome(rawValue: text)
            guard outcome != nil else {
                let known = JobRun.Outcome.allCases.map(\.rawValue).joined(separator: ", ")
                throw AdminProblem.invalid("outcome \"\(text)\" is not one of \(known)")
            }
        }
        let page = try await parts.scheduler.runs(
            job: call.query("job"), outcome: outcome, since: try call.instant("since"), limit: try call.limit(),
            pageToken: call.query("pageToken"))
        return RunPage(runs: page.runs.map { RunInfo($0) }, nextPageToken: page.nextPageToken)
    }
}

extension RunInfo {
    /// A record of the ledger.
    init(_ run: JobRun) {
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
            status: run.status, message: run.message)
    }
}

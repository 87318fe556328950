import AdminAccess
import AdminModel
import Datastore
import HTTPTypes
import Hosting
import JSON
import PubSub
import Scheduling

/// Jobs and the ledger of their runs.
struct SchedulerRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        [
            read(AdminPath.jobs) { _ in .model(try await jobs()) },
            read("\(AdminPath.jobs)/{job}") { call in
                .model(try await info(try await job(call.parameter("job"))))
            },
            write(.post, AdminPath.jobs) { call in
                let job = try JobBody.job(JobBody.merged(JSONObject(), try await body(call)))
                return .model(try await info(try await parts.scheduler.create(job)))
            },
            write(.patch, "\(AdminPath.jobs)/{job}") { call in .model(try await info(try await patch(call))) },
            write(.delete, "\(AdminPath.jobs)/{job}") { call in
                try await parts.scheduler.delete(call.parameter("job"))
                return .json(.object(JSONObject()))
            },
            write(.post, "\(AdminPath.jobs)/{job}:pause", needs: .operate) { call in
                try await setState(call) { try await parts.scheduler.pause($0) }
            },
            write(.post, "\(AdminPath.jobs)/{job}:resume", needs: .operate) { call in
                try await setState(call) { try await parts.scheduler.resume($0) }
            },
            write(.post, "\(AdminPath.jobs)/{job}:run", needs: .operate) { call in
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

    private func body(_ call: AdminCall) async throws -> JSONObject {
        try await call.body(allowed: JobBody.members)
    }

    /// Changes what the body names and leaves the rest: a merge patch (RFC 7396), in which null stands for the default.
    private func patch(_ call: AdminCall) async throws -> Job {
        let (name, patch) = (call.parameter("job"), try await body(call))
        return try await parts.scheduler.update(name) { old in
            let job = try JobBody.job(JobBody.merged(JobBody.object(of: old), patch))
            guard job.name == old.name else { throw AdminProblem.invalid("a job's name cannot be changed") }
            return job
        }
    }

    private func setState(
        _ call: AdminCall, _ change: (String) async throws -> Void
    ) async throws -> HostedResponse {
        _ = try await call.body(allowed: [])
        let name = call.parameter("job")
        try await change(name)
        return .model(try await info(try await job(name)))
    }

    private func info(_ job: Job) async throws -> JobInfo {
        let last = try await parts.scheduler.runs(job: job.name, limit: 1).runs.first
        return JobInfo(
            job, topicName: { parts.pubsub.names.full(.topics, $0) }, next: parts.scheduler.nextRun(of: job.name),
            last: last, problem: parts.scheduler.problem(of: job))
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
        var infos: [RunInfo] = []
        for run in page.runs { infos.append(RunInfo(run, progress: try await progress(run))) }
        return RunPage(runs: infos, nextPageToken: page.nextPageToken)
    }

    /// How far a run is, while it is under way.
    private func progress(_ run: JobRun) async throws -> String? {
        guard run.outcome == .running, let job = try await parts.scheduler.job(run.job) else { return nil }
        return parts.runProgress(job)
    }
}

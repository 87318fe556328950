import AdminAccess
import HTTPTypes
import Hosting
import JSON
import Scheduling

/// Cloud Scheduler's jobs: `/v1/projects/P/locations/L/jobs`.
struct JobRoutes: Sendable {
    let scheduler: Scheduler
    let project: CloudProject
    let cloud: CloudRoutes

    private static let jobs = "/v1/projects/{project}/locations/{location}/jobs"
    private static let job = "\(jobs)/{job}"

    var routes: [Route] {
        [
            cloud.route(.read, .get, Self.jobs) { call in try await list(call) },
            cloud.route(.read, .get, Self.job) { call in try await answer(call, try await job(call)) },
            cloud.route(.administer("scheduler.jobs.create"), .post, Self.jobs) { call in try await create(call) },
            cloud.route(.administer("scheduler.jobs.update"), .patch, Self.job) { call in try await update(call) },
            cloud.route(.administer("scheduler.jobs.delete"), .delete, Self.job) { call in
                try await scheduler.delete(try await job(call).name)
                return call.answer(JSONObject())
            },
            cloud.route(.allowed(.operate, "scheduler.jobs.pause"), .post, "\(Self.job):pause") { call in
                let job = try await job(call)
                guard job.state == .enabled else {
                    throw CloudProblem.failedPrecondition("The job is paused already: only an enabled one can be.")
                }
                try await scheduler.pause(job.name)
                return try await answer(call, try await self.job(call))
            },
            cloud.route(.allowed(.operate, "scheduler.jobs.resume"), .post, "\(Self.job):resume") { call in
                let job = try await job(call)
                guard job.state == .paused else {
                    throw CloudProblem.failedPrecondition("The job is enabled already: only a paused one is resumed.")
                }
                try await scheduler.resume(job.name)
                return try await answer(call, try await self.job(call))
            },
            cloud.route(.allowed(.operate, "scheduler.jobs.run"), .post, "\(Self.job):run") { call in
                let job = try await job(call)
                // The answer tells that the run has begun; how it ends stands in the job's status.
                _ = try await scheduler.startNow(job.name)
                return try await answer(call, job)
            },
        ]
    }

    /// The location that a call names, in this project.
    private func location(_ call: CloudCall) throws(CloudProblem) -> String {
        try project.check(call)
        return CloudProject.location(call)
    }

    private func job(_ call: CloudCall) async throws -> Job {
        let location = try location(call)
        let id = call.parameter("job")
        guard let job = try await scheduler.job(id) else {
            throw CloudProblem(
                .notFound, "notFound", "There is no job \(JobName(project: project.id, location: location, id: id)).")
        }
        return job
    }

    private func answer(_ call: CloudCall, _ job: Job) async throws -> HostedResponse {
        call.answer(try await resource(job, in: try location(call)))
    }

    private func resource(_ job: Job, in location: String) async throws -> JSONObject {
        let last = try await scheduler.runs(job: job.name, limit: 1).runs.first
        let name = JobName(project: project.id, location: location, id: job.name)
        return JobResource(job: job, name: name, last: last, next: scheduler.nextRun(of: job.name)).object
    }

    private func list(_ call: CloudCall) async throws -> HostedResponse {
        let location = try location(call)
        let page = try call.page(try await scheduler.jobs(), by: \.name)
        var jobs: [JSONValue] = []
        for job in page.things { jobs.append(.object(try await resource(job, in: location))) }
        return call.answer(page.resource("jobs", jobs))
    }

    private func create(_ call: CloudCall) async throws -> HostedResponse {
        let location = try location(call)
        let body = try await call.body()
        let given = try JobReading.name(of: body)
        let id = try given.map { text throws(CloudProblem) in
            guard let name = JobName(text), name.project == project.id, name.location == location else {
                throw .invalid(
                    "The job's name begins with projects/\(project.id)/locations/\(location)/jobs/.",
                    field: "job.name")
            }
            return name.id
        }
        let job = try JobReading(id: id ?? JobName.newID(), project: project.id).job(body)
        return try await answer(call, try await scheduler.create(job))
    }

    /// Changes what `updateMask` names; without it, what the body has.
    private func update(_ call: CloudCall) async throws -> HostedResponse {
        let job = try await job(call)
        let body = try await call.body()
        let text = try call.query("updateMask") ?? JobReading.mask(of: body)
        let mask = try UpdateMask(parsing: text, changeable: JobReading.changeable, constant: JobReading.constant)
        let changed = try await scheduler.update(job.name) { [project] old in
            try JobReading(id: old.name, project: project.id).job(body, mask, changing: old)
        }
        return try await answer(call, changed)
    }
}

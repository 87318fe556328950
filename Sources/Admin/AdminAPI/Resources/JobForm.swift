import JSON
import Scheduling

/// Jobs of the scheduler: the members of a job's body.
struct JobForm: ResourceForm {
    let parts: AdminParts

    func whole(_ declared: JSONObject) throws -> JSONObject {
        try declared.require(only: JobBody.members)
        let job = try JobBody.job(JobBody.merged(JSONObject(), declared))
        return JobBody.object(of: try parts.scheduler.plannedJob(job))
    }

    func all() async throws -> StoredResources {
        StoredResources(try await parts.scheduler.jobs().map(JobBody.object))
    }
}

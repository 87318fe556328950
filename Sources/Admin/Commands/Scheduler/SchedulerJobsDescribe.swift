import AdminModel
import ArgumentParser

/// `trivetctl scheduler jobs describe NAME`.
struct SchedulerJobsDescribe: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "describe", abstract: "Show one job.")

    @Argument(help: "The job's name, e.g. log-purge-job.")
    var name: String

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<JobInfo> {
        let path = "\(AdminPath.jobs)/\(AdminClient.segment(name))"
        return Single(try await global.client(in: context).get(JobInfo.self, path))
    }
}

extension JobInfo: Described {
    var members: [(String, Cell)] {
        let headers = httpTarget?.headers?.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        let attributes = pubsubTarget?.attributes?.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let members: [(String, Cell?)] = [
            ("name", Cell(name)), ("description", description.map { Cell($0) }), ("schedule", Cell(schedule)),
            ("timeZone", Cell(timeZone)), ("state", .condition(state)), ("problem", problem.map { Cell($0, .bad) }),
            ("target", Cell(target)), ("headers", headers.map { Cell($0.joined(separator: "; ")) }),
            ("body", httpTarget?.body.map { Cell($0) }), ("data", pubsubTarget?.data.map { Cell($0) }),
            ("attributes", attributes.map { Cell($0.joined(separator: "; ")) }),
            ("orderingKey", pubsubTarget?.orderingKey.map { Cell($0) }),
            (
                "oidcToken",
                httpTarget?.oidcToken.map {
                    Cell([$0.serviceAccountEmail, $0.audience].compactMap { $0 }.joined(separator: " for "))
                }
            ),
            ("retries", Cell(retries)), ("attemptDeadline", Cell(attemptDeadline)),
            ("missedRunPolicy", Cell(missedRunPolicy)), ("startDeadline", startDeadline.map { Cell($0) }),
            ("userUpdateTime", userUpdateTime.map { Cell($0) }),
            ("lastAttemptTime", lastAttemptTime.map { Cell($0) }),
            ("status", status.map { Cell("\($0.code) \($0.message)", .bad) }), ("nextTime", Cell(nextTime)),
        ]
        return members.compactMap { name, cell in cell.map { (name, $0) } }
            + (lastRun?.members.map { ("lastRun.\($0.0)", $0.1) } ?? [])
    }

    /// The retry config in one line.
    private var retries: String {
        guard retryConfig.retryCount > 0 else { return "none" }
        let config = retryConfig
        let backoff = "backoff \(config.minBackoffDuration) to \(config.maxBackoffDuration)"
        let limit = config.maxRetryDuration == "0s" ? "" : ", within \(config.maxRetryDuration)"
        return "\(config.retryCount), \(backoff), \(config.maxDoublings) doublings\(limit)"
    }
}

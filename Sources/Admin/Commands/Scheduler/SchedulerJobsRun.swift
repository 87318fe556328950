import AdminModel
import ArgumentParser

/// `trivetctl scheduler jobs run NAME`.
struct SchedulerJobsRun: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a job now and wait for its end; exits 1 when the run did not succeed.")

    @Argument(help: "The job's name, e.g. log-purge-job.")
    var name: String

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<RunInfo> {
        let path = "\(AdminPath.jobs)/\(AdminClient.segment(name)):run"
        let run = try await global.client(in: context).post(RunInfo.self, path)
        return Single(run, exitStatus: run.outcome == "succeeded" ? .done : .failed)
    }
}

extension RunInfo.Attempt {
    /// The attempt in one line.
    fileprivate var line: String {
        [startTime, latency, status?.description, error ?? messageId.map { "message \($0)" } ?? answer].compactMap {
            $0
        }.joined(separator: "  ")
    }
}

extension RunInfo: Described {
    var members: [(String, Cell)] {
        let members: [(String, Cell?)] = [
            ("job", Cell(job)), ("kind", Cell(kind)), ("outcome", .condition(outcome)),
            ("scheduledTime", scheduledTime.map { Cell($0) }),
            ("lastScheduledTime", lastScheduledTime.map { Cell($0) }),
            ("missedCount", missedCount.map { Cell($0) }), ("startTime", startTime.map { Cell($0) }),
            ("endTime", endTime.map { Cell($0) }), ("status", status.map { .status($0) }),
            ("message", message.map { Cell($0) }), ("lateReason", lateReason.map { Cell($0) }),
        ]
        return members.compactMap { name, cell in cell.map { (name, $0) } }
            + (attempts ?? []).enumerated().map { ("attempts.\($0.offset + 1)", Cell($0.element.line)) }
    }
}

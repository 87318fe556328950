import AdminModel
import ArgumentParser
import JSON

/// `trivetctl scheduler jobs update http NAME`.
struct SchedulerJobsUpdateHTTP: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "http", abstract: "Change what is given of a job, and leave the rest.")

    @Argument(help: "The job's name, e.g. log-purge-job.")
    var name: String

    @OptionGroup var options: HTTPJobOptions

    @Option(help: "Headers to add or to replace, e.g. X-Colour=blue; may be repeated.")
    var updateHeaders: [String] = []

    @Option(help: "Names of headers to remove, with commas between; may be repeated.")
    var removeHeaders: [String] = []

    @OptionGroup var clear: ClearOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if clear.headers, !(updateHeaders + removeHeaders).isEmpty {
            throw ValidationError("--clear-headers excludes --update-headers and --remove-headers")
        }
        if clear.authToken, options.oidcServiceAccountEmail ?? options.oidcTokenAudience != nil {
            throw ValidationError("--clear-auth-token excludes the options of the ID token")
        }
        for (flag, isSet, option) in clear.pairs(with: options) where flag && isSet {
            throw ValidationError("--clear-\(option) excludes --\(option)")
        }
    }

    func answer(in context: CommandContext) async throws -> Single<JobInfo> {
        var patch = try options.members(in: context)
        clear.write(to: &patch)
        var headers = JSONObject()
        for name in removeHeaders.flatMap({ $0.split(separator: ",") }) { headers[String(name)] = .null }
        for header in try HeaderList.parse(updateHeaders) { headers[header.name] = .string(header.value) }
        if !headers.isEmpty { patch.set("httpTarget", "headers", .object(headers)) }
        guard !patch.isEmpty else { throw CommandError(.usage, "nothing to change: give an option") }
        let path = "\(AdminPath.jobs)/\(AdminClient.segment(name))"
        return Single(try await global.client(in: context).send(JobInfo.self, "PATCH", path, patch))
    }

    /// What goes back to its default.
    struct ClearOptions: ParsableArguments {
        @Flag(name: .customLong("clear-headers"), help: "Remove all headers of the job.")
        var headers = false

        @Flag(name: .customLong("clear-message-body"), help: "Remove the body.")
        var messageBody = false

        @Flag(name: .customLong("clear-auth-token"), help: "Carry no ID token any more.")
        var authToken = false

        @Flag(name: .customLong("clear-time-zone"), help: "Back to Etc/UTC.")
        var timeZone = false

        @Flag(name: .customLong("clear-max-retry-attempts"), help: "Back to no retries.")
        var maxRetryAttempts = false

        @Flag(name: .customLong("clear-min-backoff"), help: "Back to 5s.")
        var minBackoff = false

        @Flag(name: .customLong("clear-max-backoff"), help: "Back to 1h.")
        var maxBackoff = false

        @Flag(name: .customLong("clear-max-doublings"), help: "Back to 5.")
        var maxDoublings = false

        @Flag(name: .customLong("clear-max-retry-duration"), help: "Back to no limit.")
        var maxRetryDuration = false

        @Flag(name: .customLong("clear-start-deadline"), help: "Back to none.")
        var startDeadline = false

        /// Each flag, whether its option is given too, and the option's name.
        func pairs(with options: HTTPJobOptions) -> [(Bool, Bool, String)] {
            [
                (messageBody, options.messageBody != nil || options.messageBodyFromFile != nil, "message-body"),
                (timeZone, options.timeZone != nil, "time-zone"),
                (maxRetryAttempts, options.maxRetryAttempts != nil, "max-retry-attempts"),
                (minBackoff, options.minBackoff != nil, "min-backoff"),
                (maxBackoff, options.maxBackoff != nil, "max-backoff"),
                (maxDoublings, options.maxDoublings != nil, "max-doublings"),
                (maxRetryDuration, options.maxRetryDuration != nil, "max-retry-duration"),
                (startDeadline, options.startDeadline != nil, "start-deadline"),
            ]
        }

        /// Sets to null what is to go.
        func write(to patch: inout JSONObject) {
            if headers { patch.set("httpTarget", "headers", nil) }
            if messageBody { patch.set("httpTarget", "body", nil) }
            if authToken { patch.set("httpTarget", "oidcToken", nil) }
            if timeZone { patch["timeZone"] = .null }
            if maxRetryAttempts { patch.set("retryConfig", "retryCount", nil) }
            if minBackoff { patch.set("retryConfig", "minBackoffDuration", nil) }
            if maxBackoff { patch.set("retryConfig", "maxBackoffDuration", nil) }
            if maxDoublings { patch.set("retryConfig", "maxDoublings", nil) }
            if maxRetryDuration { patch.set("retryConfig", "maxRetryDuration", nil) }
            if startDeadline { patch["startDeadline"] = .null }
        }
    }
}

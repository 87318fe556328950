import ArgumentParser
import JSON

/// What every job has: when it runs, and what becomes of runs that fail or are missed; in gcloud's words and some of our
/// own. The daemon checks the values.
struct JobOptions: ParsableArguments {
    @Option(help: "Five cron fields: minute, hour, day of month, month, day of week, e.g. '30 2 * * MON-FRI'.")
    var schedule: String?

    @Option(help: "The zone of the schedule by its name in the tz database (default: Etc/UTC).")
    var timeZone: String?

    @Option(help: "What the job is for.")
    var description: String?

    @Option(help: "How many attempts may follow one that failed, 0 to 5 (default: 0).")
    var maxRetryAttempts: Int?

    @Option(help: "The first backoff (default: 5s).")
    var minBackoff: String?

    @Option(help: "The longest backoff (default: 1h).")
    var maxBackoff: String?

    @Option(help: "How often the backoff doubles before it grows by equal steps (default: 5).")
    var maxDoublings: Int?

    @Option(help: "No attempt begins later than this after the first; 0s for no limit (default: 0s).")
    var maxRetryDuration: String?

    @Option(help: "Instants that passed while nobody could run them: skip, or run-once for the last (default: skip).")
    var missedRuns: MissedRuns?

    @Option(help: "How late an instant may still be started, e.g. 10m.")
    var startDeadline: String?

    /// The members that these options set, as the admin API takes them.
    var members: JSONObject {
        var retry = JSONObject()
        retry["retryCount"] = maxRetryAttempts.map { .integer(Int64($0)) }
        retry["minBackoffDuration"] = minBackoff.map { .string($0) }
        retry["maxBackoffDuration"] = maxBackoff.map { .string($0) }
        retry["maxDoublings"] = maxDoublings.map { .integer(Int64($0)) }
        retry["maxRetryDuration"] = maxRetryDuration.map { .string($0) }
        var job = JSONObject()
        job["description"] = description.map { .string($0) }
        job["schedule"] = schedule.map { .string($0) }
        job["timeZone"] = timeZone.map { .string($0) }
        job["missedRunPolicy"] = missedRuns.map { .string($0.policy) }
        job["startDeadline"] = startDeadline.map { .string($0) }
        if !retry.isEmpty { job["retryConfig"] = .object(retry) }
        return job
    }
}

/// The body of a call, or the data of a message.
struct JobBodyOptions: ParsableArguments {
    @Option(help: "The body.")
    var messageBody: String?

    @Option(help: ArgumentHelp("The body from a file; - is stdin.", valueName: "file"))
    var messageBodyFromFile: String?

    var isSet: Bool { messageBody != nil || messageBodyFromFile != nil }

    func validate() throws {
        if messageBody != nil, messageBodyFromFile != nil {
            throw ValidationError("--message-body and --message-body-from-file exclude each other")
        }
    }

    /// The body in Base64; nil when none is given.
    func text(in context: CommandContext) throws -> JSONValue? {
        if let messageBody { return .string(Base64.encode(Array(messageBody.utf8))) }
        return try messageBodyFromFile.map { .string(Base64.encode(try context.readFile($0))) }
    }
}

/// What of every job goes back to its default.
struct JobClearOptions: ParsableArguments {
    @Flag(name: .customLong("clear-message-body"), help: "Remove the body.")
    var messageBody = false

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

    /// Throws for an option that is given and cleared too.
    func check(with options: JobOptions, _ body: JobBodyOptions) throws {
        let pairs = [
            (messageBody, body.isSet, "message-body"), (timeZone, options.timeZone != nil, "time-zone"),
            (maxRetryAttempts, options.maxRetryAttempts != nil, "max-retry-attempts"),
            (minBackoff, options.minBackoff != nil, "min-backoff"),
            (maxBackoff, options.maxBackoff != nil, "max-backoff"),
            (maxDoublings, options.maxDoublings != nil, "max-doublings"),
            (maxRetryDuration, options.maxRetryDuration != nil, "max-retry-duration"),
            (startDeadline, options.startDeadline != nil, "start-deadline"),
        ]
        for (flag, isSet, option) in pairs where flag && isSet {
            throw ValidationError("--clear-\(option) excludes --\(option)")
        }
    }

    /// Sets to null what is to go, but for the body.
    func write(to patch: inout JSONObject) {
        if timeZone { patch["timeZone"] = .null }
        if maxRetryAttempts { patch.set("retryConfig", "retryCount", nil) }
        if minBackoff { patch.set("retryConfig", "minBackoffDuration", nil) }
        if maxBackoff { patch.set("retryConfig", "maxBackoffDuration", nil) }
        if maxDoublings { patch.set("retryConfig", "maxDoublings", nil) }
        if maxRetryDuration { patch.set("retryConfig", "maxRetryDuration", nil) }
        if startDeadline { patch["startDeadline"] = .null }
    }
}

extension JSONObject {
    /// Sets a member of a member that is an object, which is made where there is none; nil sets null, which the admin
    /// API takes for the default.
    mutating func set(_ outer: String, _ inner: String, _ value: JSONValue?) {
        var part = self[outer]?.object ?? JSONObject()
        part[inner] = value ?? .null
        self[outer] = .object(part)
    }
}

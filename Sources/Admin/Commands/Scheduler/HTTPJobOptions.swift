import ArgumentParser
import JSON

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `create http` and `update http` take alike, in gcloud's words and some of our own. The daemon checks the values.
struct HTTPJobOptions: ParsableArguments {
    @Option(help: "Five cron fields: minute, hour, day of month, month, day of week, e.g. '30 2 * * MON-FRI'.")
    var schedule: String?

    @Option(help: "The http:// or https:// URL to call; the host may be a service's name.")
    var uri: String?

    @Option(help: "The method, e.g. GET (default: POST).")
    var httpMethod: String?

    @Option(help: "The body.")
    var messageBody: String?

    @Option(help: ArgumentHelp("The body from a file; - is stdin.", valueName: "file"))
    var messageBodyFromFile: String?

    @Option(help: "Carry an ID token of this service account.")
    var oidcServiceAccountEmail: String?

    @Option(help: "Who is to take the ID token (default: the URL).")
    var oidcTokenAudience: String?

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

    @Option(help: "How long an attempt may take, 15s to 30m (default: 3m).")
    var attemptDeadline: String?

    @Option(help: "Instants that passed while nobody could run them: skip, or run-once for the last (default: skip).")
    var missedRuns: MissedRuns?

    @Option(help: "How late an instant may still be started, e.g. 10m.")
    var startDeadline: String?

    func validate() throws {
        if messageBody != nil, messageBodyFromFile != nil {
            throw ValidationError("--message-body and --message-body-from-file exclude each other")
        }
    }

    /// The members that these options set, as the admin API takes them.
    func members(in context: CommandContext) throws -> JSONObject {
        var target = JSONObject()
        target["uri"] = uri.map { .string($0) }
        target["httpMethod"] = httpMethod.map { .string($0.uppercased()) }
        target["body"] = try body(in: context).map { .string(Data($0).base64EncodedString()) }
        var token = JSONObject()
        token["serviceAccountEmail"] = oidcServiceAccountEmail.map { .string($0) }
        token["audience"] = oidcTokenAudience.map { .string($0) }
        if !token.isEmpty { target["oidcToken"] = .object(token) }
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
        job["attemptDeadline"] = attemptDeadline.map { .string($0) }
        job["missedRunPolicy"] = missedRuns.map { .string($0.policy) }
        job["startDeadline"] = startDeadline.map { .string($0) }
        if !target.isEmpty { job["httpTarget"] = .object(target) }
        if !retry.isEmpty { job["retryConfig"] = .object(retry) }
        return job
    }

    private func body(in context: CommandContext) throws -> [UInt8]? {
        if let messageBody { return Array(messageBody.utf8) }
        return try messageBodyFromFile.map { try context.readFile($0) }
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

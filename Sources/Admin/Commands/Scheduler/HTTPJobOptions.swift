import ArgumentParser
import JSON

/// What `create http` and `update http` take alike.
struct HTTPJobOptions: ParsableArguments {
    @Option(help: "The http:// or https:// URL to call; the host may be a service's name.")
    var uri: String?

    @Option(help: "The method, e.g. GET (default: POST).")
    var httpMethod: String?

    @OptionGroup var body: JobBodyOptions

    @Option(help: "Carry an ID token of this service account.")
    var oidcServiceAccountEmail: String?

    @Option(help: "Who is to take the ID token (default: the URL).")
    var oidcTokenAudience: String?

    @Option(help: "How long an attempt may take, 15s to 30m (default: 3m).")
    var attemptDeadline: String?

    @OptionGroup var job: JobOptions

    /// The members that these options set, as the admin API takes them.
    func members(in context: CommandContext) throws -> JSONObject {
        var target = JSONObject()
        target["uri"] = uri.map { .string($0) }
        target["httpMethod"] = httpMethod.map { .string($0.uppercased()) }
        target["body"] = try body.text(in: context)
        var token = JSONObject()
        token["serviceAccountEmail"] = oidcServiceAccountEmail.map { .string($0) }
        token["audience"] = oidcTokenAudience.map { .string($0) }
        if !token.isEmpty { target["oidcToken"] = .object(token) }
        var members = job.members
        members["attemptDeadline"] = attemptDeadline.map { .string($0) }
        if !target.isEmpty { members["httpTarget"] = .object(target) }
        return members
    }
}

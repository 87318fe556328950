import AdminModel
import ArgumentParser
import JSON

/// `trivetctl scheduler jobs update http NAME`.
struct SchedulerJobsUpdateHTTP: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "http", abstract: "Change what is given of a job that calls a URL, and leave the rest.")

    @Argument(help: "The job's name, e.g. log-purge-job.")
    var name: String

    @OptionGroup var options: HTTPJobOptions

    @Option(help: "Headers to add or to replace, e.g. X-Colour=blue; may be repeated.")
    var updateHeaders: [String] = []

    @Option(help: "Names of headers to remove, with commas between; may be repeated.")
    var removeHeaders: [String] = []

    @Flag(help: "Remove all headers of the job.")
    var clearHeaders = false

    @Flag(help: "Carry no ID token any more.")
    var clearAuthToken = false

    @OptionGroup var clear: JobClearOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if clearHeaders, !(updateHeaders + removeHeaders).isEmpty {
            throw ValidationError("--clear-headers excludes --update-headers and --remove-headers")
        }
        if clearAuthToken, options.oidcServiceAccountEmail ?? options.oidcTokenAudience != nil {
            throw ValidationError("--clear-auth-token excludes the options of the ID token")
        }
        try clear.check(with: options.job, options.body)
    }

    func answer(in context: CommandContext) async throws -> Single<JobInfo> {
        var patch = try options.members(in: context)
        clear.write(to: &patch)
        if clearHeaders { patch.set("httpTarget", "headers", nil) }
        if clear.messageBody { patch.set("httpTarget", "body", nil) }
        if clearAuthToken { patch.set("httpTarget", "oidcToken", nil) }
        var headers = JSONObject()
        for name in removeHeaders.flatMap({ $0.split(separator: ",") }) { headers[String(name)] = .null }
        for header in try HeaderList.parse(updateHeaders) { headers[header.name] = .string(header.value) }
        if !headers.isEmpty { patch.set("httpTarget", "headers", .object(headers)) }
        guard !patch.isEmpty else { throw CommandError(.usage, "nothing to change: give an option") }
        let path = "\(AdminPath.jobs)/\(AdminClient.segment(name))"
        return Single(try await global.client(in: context).send(JobInfo.self, "PATCH", path, patch))
    }
}

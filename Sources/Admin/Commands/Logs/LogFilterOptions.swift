import ArgumentParser

/// Which records, for `read` and `tail` alike. What is given has to hold all together; options that are given more
/// than once are alternatives.
struct LogFilterOptions: ParsableArguments {
    @Option(help: "Only this service; may be repeated.")
    var service: [String] = []

    @Option(help: "Only this status (404) or class (4xx); may be repeated.")
    var status: [String] = []

    @Option(help: "Only this method, e.g. POST; may be repeated.")
    var method: [String] = []

    @Option(help: "Only this route, e.g. /api/v1/store.")
    var route: String?

    @Option(help: "Only records with this text in one of their texts: URL, user agent, error, …")
    var text: String?

    var query: AdminClient.Query {
        service.map { ("service", $0) } + status.map { ("status", $0) } + method.map { ("method", $0) }
            + [("route", route), ("text", text)]
    }
}

/// Every key of the settings, declared once. The loader, `config show` and the documentation's table follow it.
public enum SettingsCatalog {
    /// The keys in the order of the file's full example.
    public static let keys: [SettingKey] =
        general + Settings().services.indices.flatMap(service) + listeners + identity + records + limits

    /// A key by its path.
    static let byName = Dictionary(uniqueKeysWithValues: keys.map { ($0.name, $0) })
    /// A key by its environment variable.
    static let byVariable = Dictionary(uniqueKeysWithValues: keys.map { ($0.environmentVariable, $0) })
    /// The paths of all sections, which hold keys or further sections.
    static let sections: Set<String> = Set(
        keys.flatMap { key in
            let parts = key.name.split(separator: ".")
            return (1..<parts.count).map { parts.prefix($0).joined(separator: ".") }
        })
    /// Variables that begin with `TRIVET_` and are no settings of the daemon: trivetctl's own.
    static let otherVariables: Set<String> = ["TRIVET_SOCKET"]

    private static let general = [
        SettingKey(
            "project", .text, \.project, rule: SettingRules.project,
            "The project's id, as in the lab: it stands in resource names and in the bucket's name."),
        SettingKey(
            "data_dir", .text, \.dataDirectory,
            "The directory of the databases and buckets. A relative path starts at the working directory. "
                + "`--data-dir` overrides it; if neither flag, environment nor file sets it, `$STATE_DIRECTORY` does."),
        SettingKey(
            "first_start", .choice, \.firstStart,
            "What the first start in a data directory creates, once in its life: `lab` all that the lab's reader "
                + "would have, `empty` only the purge job and the message board's index."),
    ]

    private static func service(_ index: Int) -> [SettingKey] {
        let section = "services.\(Settings().services[index].name)"
        return [
            SettingKey(
                "\(section).listen", .addresses, \.services[index].listen, rule: SettingRules.addresses,
                "Where the service listens: `HOST:PORT` (port 0: any free one), `unix:PATH`, or `fd:NAME` for a "
                    + "socket from systemd (which this version cannot take yet)."),
            SettingKey(
                "\(section).authentication", .choice, \.services[index].authentication,
                "Whether callers show an ID token of somebody who has the role `roles/run.invoker` on the service."),
            SettingKey(
                "\(section).allow_unauthenticated", .boolean, \.services[index].allowUnauthenticated,
                "Allows `authentication: none` on an address that other machines can reach."),
            SettingKey(
                "\(section).url", .optionalText, \.services[index].url, rule: SettingRules.serviceURL,
                "What the world calls the service, such as `https://hello.example.org`; `null`: made from `listen`."),
            SettingKey(
                "\(section).audiences", .texts, \.services[index].audiences,
                "Audiences of ID tokens that are accepted besides the URL."),
        ]
    }

    private static let listeners = [
        SettingKey(
            "admin.listen", .addresses, \.admin.listen,
            "Where the admin interface listens besides its socket. Empty: the socket alone."),
        SettingKey(
            "admin.socket", .text, \.admin.socket,
            "The admin interface's unix socket. A relative path starts at `$RUNTIME_DIRECTORY`, or without that at the "
                + "data directory. The whole path has at most 107 bytes."),
        SettingKey(
            "admin.authentication", .choice, \.admin.authentication,
            "Whether callers of `admin.listen` show a token; each then does what their role on the project allows. "
                + "`none`, on loopback only: everybody on this machine may do everything but get tokens, and `/admin/v1` "
                + "only reads."),
        SettingKey(
            "metrics.listen", .addresses, \.metrics.listen,
            "Where `/metrics`, `/livez`, `/readyz`, `/healthz` and, under `/.well-known/`, the public keys of ID "
                + "tokens are served; empty: nowhere."),
        SettingKey(
            "metrics.max_series", .integer, \.metrics.maxSeries, rule: SettingRules.range(1...100_000),
            "How many series with labels all metrics together may have; new ones beyond are summed up in `_other` of "
                + "their metric."),
        SettingKey(
            "metadata.listen", .addresses, \.metadata.listen,
            "Where the metadata server listens, on loopback only: Google's libraries find there who the project is, and "
                + "tokens of an account, which it gives to whoever asks. Empty: there is none."),
        SettingKey(
            "metadata.service_account", .text, \.metadata.serviceAccount,
            "The account whose tokens the metadata server gives: its email, or its name alone."),
    ]

    private static let identity = [
        SettingKey(
            "identity.issuer", .optionalText, \.identity.issuer, rule: SettingRules.issuerURL,
            "What the daemon's own tokens carry as `iss`, where verifiers find its keys; `null`: the URL of "
                + "`metrics.listen`."),
        SettingKey(
            "identity.trusted_issuers", .trustedIssuers, \.identity.trustedIssuers, rule: SettingRules.trustedIssuers,
            "Others whose ID tokens are taken, each `ISSUER=JWKS_URL`."),
        SettingKey(
            "identity.clock_skew", .duration, \.identity.clockSkew,
            rule: SettingRules.duration(from: .zero, to: .seconds(600)),
            "How far clocks may be apart when a token's times are checked."),
    ]

    private static let records = [
        SettingKey(
            "disk.reserve", .bytes, \.disk.reserve, rule: SettingRules.bytes(0...(1 << 40)),
            "What is set aside on the data directory's disk for purges alone, so that they can delete on a full disk; "
                + "at most a sixteenth of the disk. 0: nothing is."),
        SettingKey(
            "disk.min_free", .bytes, \.disk.minFree, rule: SettingRules.bytes(0...(1 << 44)),
            "With less free than this nothing is stored (507) until there is room again; reads and purges go on. At most "
                + "an eighth of the disk. 0: stores go on to the last byte."),
        SettingKey(
            "purge.retain", .duration, \.purge.retain, effect: .reload,
            rule: SettingRules.duration(from: .microseconds(1)),
            "Storage logs older than this are deleted by a purge. When it runs is the job's."),
        SettingKey(
            "request_log.retention", .duration, \.requestLog.retention, effect: .reload,
            rule: SettingRules.duration(from: .seconds(1)),
            "Request records older than this are deleted."),
        SettingKey(
            "request_log.max_size", .bytes, \.requestLog.maxSize, effect: .reload,
            rule: SettingRules.bytes((1 << 20)...(1 << 44)),
            "The size that the request log may take on disk; the oldest records go first."),
        SettingKey(
            "request_log.flush_interval", .duration, \.requestLog.flushInterval, effect: .reload,
            rule: SettingRules.duration(from: .milliseconds(1), to: .seconds(60)),
            "How long a request record waits at most before it is written with others."),
        SettingKey(
            "request_log.sample", .number, \.requestLog.sample, effect: .reload, rule: SettingRules.range(0...1),
            "The share of requests whose records are stored, from 0 to 1. All are counted."),
        SettingKey(
            "metric_history.interval", .duration, \.metricHistory.interval, effect: .reload,
            rule: SettingRules.duration(from: .milliseconds(100), to: .seconds(3600)),
            "How often every metric is sampled into the history."),
        SettingKey(
            "metric_history.tiers", .metricTiers, \.metricHistory.tiers, effect: .reload,
            rule: SettingRules.metricTiers,
            "The history's resolutions, each `STEP:RETENTION`, the finest first; each step is a multiple of the one "
                + "before, the first of the interval. Empty: no history is kept."),
        SettingKey(
            "metric_history.max_size", .bytes, \.metricHistory.maxSize, effect: .reload,
            rule: SettingRules.bytes((1 << 20)...(1 << 40)),
            "The size that the history may take on disk; the oldest of it goes first."),
        SettingKey(
            "log.level", .choice, \.log.level, effect: .reload,
            "The least severe level of the application log, which goes to standard error."),
        SettingKey(
            "log.format", .choice, \.log.format, effect: .reload,
            "The form of the application log: `text` for people, `json` for collectors, an object a line."),
        SettingKey(
            "scheduler.run_retention", .duration, \.scheduler.runRetention, effect: .reload,
            rule: SettingRules.duration(from: .seconds(1)),
            "Records of the scheduler's runs older than this are deleted, once an hour."),
        SettingKey(
            "pubsub.max_outstanding_pushes", .integer, \.pubsub.maxOutstandingPushes,
            rule: SettingRules.range(1...10_000),
            "How many pushes of one subscription may be out at once, when its endpoint keeps up."),
        SettingKey(
            "pubsub.max_connections", .integer, \.pubsub.maxConnections, rule: SettingRules.range(1...50_000),
            "How many pushes of all subscriptions together may be out at once."),
        SettingKey(
            "audit.retention", .duration, \.audit.retention, effect: .reload,
            rule: SettingRules.duration(from: .seconds(1)),
            "Audit records older than this are deleted, once an hour."),
    ]

    private static let limits = [
        SettingKey(
            "limits.body", .bytes, \.limits.body, effect: .reload, rule: SettingRules.bytes(1...(1 << 30)),
            "The largest request body. It does not bind uploads of objects."),
        SettingKey(
            "limits.header", .bytes, \.limits.header, effect: .reload, rule: SettingRules.bytes(1024...(1 << 20)),
            "The largest request head: request line and headers together."),
        SettingKey(
            "limits.header_timeout", .duration, \.limits.headerTimeout, effect: .reload, rule: timeout,
            "How long a client may take to send a request's head."),
        SettingKey(
            "limits.body_timeout", .duration, \.limits.bodyTimeout, effect: .reload, rule: timeout,
            "How long a client may pause between two bytes of a body."),
        SettingKey(
            "limits.idle_timeout", .duration, \.limits.idleTimeout, effect: .reload, rule: timeout,
            "How long a connection may wait for its next request."),
        SettingKey(
            "limits.connections", .integer, \.limits.connections, effect: .reload,
            rule: SettingRules.range(1...1_000_000),
            "How many connections may be open at once, over all listeners."),
        SettingKey(
            "shutdown_timeout", .duration, \.shutdownTimeout, effect: .reload,
            rule: SettingRules.duration(from: .milliseconds(1), to: .seconds(3600)),
            "How long a graceful stop may take before what still runs is cut off."),
    ]

    private static let timeout = SettingRules.duration(from: .milliseconds(1), to: .seconds(86_400))
}

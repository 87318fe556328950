/// The paths of the admin API, spelled once for the side that serves and the side that asks.
public enum AdminPath {
    /// GET: `DaemonStatus`.
    public static let status = "/admin/v1/status"
    /// GET: `DaemonVersion`.
    public static let version = "/admin/v1/version"
    /// GET: `HealthInfo`.
    public static let health = "/admin/v1/health"
    /// GET: `ConfigInfo`.
    public static let config = "/admin/v1/config"
    /// GET: `ConfigDiff`.
    public static let configDiff = "/admin/v1/config:diff"
    /// POST: `ConfigReload`.
    public static let configReload = "/admin/v1/config:reload"
    /// GET, POST `LogLevelRequest` and DELETE: `LogLevelInfo`.
    public static let logLevel = "/admin/v1/log/level"
    /// GET: `AuditPageInfo`.
    public static let audit = "/admin/v1/audit"
    /// GET: `ServiceList`; below it, one `ServiceInfo` a name.
    public static let services = "/admin/v1/services"
    /// GET: `LogPage`.
    public static let logs = "/admin/v1/logs"
    /// GET: a stream of `TailEvent`, one a line.
    public static let logsTail = "/admin/v1/logs:tail"
    /// GET: `MetricList`.
    public static let metrics = "/admin/v1/metrics"
    /// GET: `MetricAnswer`.
    public static let metricsQuery = "/admin/v1/metrics:query"
    /// GET: `JobList`; POST a job: `JobInfo`; below it, GET, PATCH and DELETE by name, POST `NAME:pause` and
    /// `NAME:resume`: `JobInfo`, and POST `NAME:run`: `RunInfo`.
    public static let jobs = "/admin/v1/scheduler/jobs"
    /// GET: `RunPage`.
    public static let runs = "/admin/v1/scheduler/runs"
    /// GET: `ServiceAccountList`; POST: `ServiceAccountInfo`; below it, GET, PATCH and DELETE by email.
    public static let serviceAccounts = "/admin/v1/iam/serviceAccounts"
    /// GET: `KeyList`; POST `:rotate`: `KeyInfo`.
    public static let keys = "/admin/v1/iam/keys"
    /// Below it a project; below that and below a service `iamPolicy`: GET and PUT `PolicyInfo`, and POST
    /// `:addBinding` and `:removeBinding`.
    public static let projects = "/admin/v1/projects"
    /// POST: `TokenInfo`, an ID token.
    public static let identityToken = "/admin/v1/auth/identityToken"
    /// POST: `TokenInfo`, a token for the admin interface.
    public static let accessToken = "/admin/v1/auth/accessToken"
    /// GET: `TopicList`; POST `TopicBody`: `TopicInfo`; below it, GET, PATCH and DELETE by id, and POST `ID:publish`.
    public static let topics = "/admin/v1/pubsub/topics"
    /// GET: `SubscriptionList`; POST: `SubscriptionInfo`; below it, GET, PATCH and DELETE by id, and
    /// POST `ID:pull`, `ID:acknowledge`, `ID:modifyAckDeadline`, `ID:seek`, `ID:detach`.
    public static let subscriptions = "/admin/v1/pubsub/subscriptions"
    /// GET: all that is declared in files, whole; POST `:check`: the whole form of what a file declares.
    public static let resources = "/admin/v1/resources"
    /// POST `PurgeRequest`: `PurgeAnswer`.
    public static let purge = "/admin/v1/purge"
    /// GET: `KindList`.
    public static let kinds = "/admin/v1/datastore/kinds"
    /// GET: a page of entities of one kind.
    public static let entities = "/admin/v1/datastore/entities"
    /// GET and DELETE: the entity that the query names as `key`.
    public static let entity = "/admin/v1/datastore/entity"
    /// GET: `IndexList`; POST `IndexBody`: `IndexEntry`; below it, GET and DELETE by id.
    public static let indexes = "/admin/v1/datastore/indexes"
}

import Datastore
import Identity
import Logging
import ObjectStorage
import PubSub
import Scheduling
import Settings
import Transfer

/// What the lab's reader finds made: the job that purges the storage logs, the account that calls services for push and
/// jobs, the rights of this machine's owners, and with `first_start: lab` the topic of storage events, the subscription
/// that pushes them to the storage logging service, and the bucket whose changes are told on the topic. (The message
/// board's index comes with the datastore's declared indexes, which are made once too.)
///
/// Made once in a data directory's life: what the operator deletes later stays deleted. A first start that was cut off
/// makes the rest at the next one, because the mark comes last.
struct FirstStartResources {
    let datastore: Datastore
    let scheduler: Scheduler
    let pubsub: PubSub
    let objects: ObjectStorage
    let identities: Identities
    let settings: Settings
    /// Root, and the user that the daemon runs as.
    let owners: [LocalUser]
    let logger: Logger

    private static let mark = Key("FirstStart", name: "done", namespace: Key.platformNamespace)
    /// A mark of its own: directories of the versions before had no identities.
    private static let identityMark = Key("FirstStart", name: "identities", namespace: Key.platformNamespace)
    static let invoker = "cloud-run-invoker"
    private static let topic = "storage-event"
    private static let purgeJob = "log-purge-job"
    private static let service = "storage-logging-service"
    /// The host is the service's name, which the daemon resolves itself.
    private static let serviceURL = "http://\(service)/api/v1"
    static let purgeURL = "\(serviceURL)/purge"

    /// Makes what was never made here, and tells whether there was any.
    func create() async throws -> Bool {
        let madeIdentities = try await once(Self.identityMark) { try await createIdentities() }
        let madeOthers = try await once(Self.mark) {
            try await createPurgeJob()
            if settings.firstStart == .lab {
                try await createStorageEvents()
                try await createBucket()
            }
        }
        let mended = settings.firstStart == .lab ? try await giveTokenToPurgeJob() : false
        return madeIdentities || madeOthers || mended
    }

    private func once(_ mark: Key, _ body: () async throws -> Void) async throws -> Bool {
        guard try await datastore.lookup(mark) == nil else { return false }
        try await body()
        try await datastore.put(Entity(key: mark, properties: ["createTime": .timestamp(.now)]))
        return true
    }

    /// Root and the daemon's user own the machine and so the project, as the lab's reader owns theirs; `lab` makes the
    /// lab's account too, and lets it call every service.
    private func createIdentities() async throws {
        for owner in owners { _ = try await identities.bind(owner.member, to: .admin, on: .project) }
        guard settings.firstStart == .lab else { return }
        let email = ServiceAccount.email(Self.invoker, project: settings.project)
        if identities.account(email) == nil {
            _ = try await identities.createAccount(Self.invoker, displayName: "Cloud Run Invoker")
        }
        // At once, so that they share a commit.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in settings.services {
                group.addTask {
                    _ = try await identities.bind(.serviceAccount(email), to: .invoker, on: .service(service.name))
                }
            }
            try await group.waitForAll()
        }
    }

    /// The lab's account, as which pushes and jobs call; where there is none, the services are not told who calls.
    private var caller: String? {
        identities.account(ServiceAccount.email(Self.invoker, project: settings.project))?.email
    }

    private func purgeJob(_ token: OIDCToken?) throws -> Job {
        Job(
            name: Self.purgeJob, description: "Deletes storage logs that are older than purge.retain.",
            schedule: try CronSchedule(parsing: "* * * * *"),
            target: .http(HTTPTarget(uri: Self.purgeURL, method: "GET", oidcToken: token)))
    }

    private func createPurgeJob() async throws {
        let job = try purgeJob(caller.map { OIDCToken(serviceAccountEmail: $0) })
        do { try await scheduler.create(job) } catch let error as SchedulingError where error.code == .alreadyExists {}
    }

    /// In directories of the versions before there were accounts, the job carries no token, and a service that requires
    /// authentication refuses it. A job that nobody has changed since gets the token that a first start gives now; of
    /// another one the log says what to do.
    private func giveTokenToPurgeJob() async throws -> Bool {
        guard let job = try await scheduler.job(Self.purgeJob), case .http(let target) = job.target,
            target.uri == Self.purgeURL, target.oidcToken == nil, target.headers["Authorization"] == nil
        else { return false }
        let isRequired = settings.service(Self.service)?.authentication == .required
        guard let caller, try await isAsMade(job) else {
            if isRequired {
                logger.warning(
                    "a job calls without an ID token and will be refused",
                    metadata: [
                        "job": "\(job.name)",
                        "advice":
                            "\(JobTokens.lacksToken(job.name, calling: Self.service, project: settings.project))",
                    ])
            }
            return false
        }
        try await scheduler.update(job.name) { job in
            var (job, target) = (job, target)
            target.oidcToken = OIDCToken(serviceAccountEmail: caller)
            job.target = .http(target)
            return job
        }
        logger.notice(
            "a job of a former version calls with an ID token from now on",
            metadata: ["job": "\(job.name)", "account": "\(caller)"])
        return true
    }

    /// Whether the purge job is what a first start made, paused at most: the mark was written right after it.
    private func isAsMade(_ job: Job) async throws -> Bool {
        guard let mark = try await datastore.lookup(Self.mark)?.entity["createTime"]?.timestamp,
            let updated = job.userUpdateTime, updated <= mark
        else { return false }
        let made = try purgeJob(nil)
        return job.description == made.description && job.schedule == made.schedule && job.timeZone == made.timeZone
            && job.target == made.target && job.retry == made.retry && job.attemptDeadline == made.attemptDeadline
            && job.missedRuns == made.missedRuns && job.startDeadline == made.startDeadline
    }

    private func createStorageEvents() async throws {
        var subscription = Subscription(id: "push-storage-event", topic: Self.topic)
        subscription.pushConfig = PushConfig(
            pushEndpoint: "\(Self.serviceURL)/pubsub",
            oidcToken: caller.map { PushConfig.OIDCToken(serviceAccountEmail: $0) })
        do { try await pubsub.createTopic(subscription.topic) } catch let error as PubSubError
            where error.code == .alreadyExists
        {}
        do { try await pubsub.createSubscription(subscription) } catch let error as PubSubError
            where error.code == .alreadyExists
        {}
    }

    /// The bucket; the topic of its notification must be there.
    private func createBucket() async throws {
        let name = "\(settings.project)-photostore"
        do { try await objects.createBucket(name) } catch let error as ObjectStorageError
            where error.code == .alreadyExists
        {}
        guard try await objects.bucket(name).notifications.isEmpty else { return }
        let topic = pubsub.names.full(.topics, Self.topic)
        _ = try await objects.createNotification(NotificationConfig(topic: topic), of: name)
    }
}

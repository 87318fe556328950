public import AdminAccess
public import Datastore
public import Hosting
public import Identity
public import ObjectStorage
public import PubSub
public import RequestLog
public import Scheduling

/// The routes in Google's own REST shapes, one family a component, for clients that were written for the cloud.
public struct CloudAPI: Sendable {
    /// All routes.
    public let routes: [Route]

    /// Builds the routes.
    ///
    /// - Parameters:
    ///   - storage: buckets and objects.
    ///   - pubsub: topics and subscriptions.
    ///   - identities: accounts, policies and tokens.
    ///   - services: the hosted services, asked at each request.
    ///   - scheduler: jobs.
    ///   - datastore: whose composite indexes are administered.
    ///   - requestLog: whose records are read.
    ///   - project: the project's id.
    ///   - baseURL: where this daemon is reached when the client does not say.
    ///   - gate: who may do what.
    ///   - auditing: keeps records of what is done and refused.
    public init(
        storage: ObjectStorage, pubsub: PubSub, scheduler: Scheduler, datastore: Datastore, requestLog: RequestLog,
        identities: Identities, services: @escaping @Sendable () -> [CloudService], project: String,
        baseURL: @escaping @Sendable () -> String, gate: AdminGate, auditing: CloudAuditing
    ) {
        let cloud = CloudRoutes(baseURL: baseURL, gate: gate, auditing: auditing)
        let number = ProjectNumber.of(project)
        let named = CloudProject(id: project)
        let accounts = AccountRoutes(identities: identities, cloud: cloud, project: named)
        routes =
            BucketRoutes(storage: storage, cloud: cloud, projectNumber: number).routes
            + ObjectRoutes(storage: storage, cloud: cloud).routes
            + CopyRoutes(storage: storage, cloud: cloud).routes
            + DownloadRoutes(storage: storage, cloud: cloud).routes
            + UploadRoutes(storage: storage, cloud: cloud).routes
            + ResumableRoutes(storage: storage, cloud: cloud).routes
            + NotificationRoutes(storage: storage, cloud: cloud, project: project).routes
            + Self.pubsub(pubsub, cloud)
            + accounts.routes
            + CredentialRoutes(identities: identities, cloud: cloud, accounts: accounts).routes
            + RoleRoutes(cloud: cloud).routes
            + RunRoutes(services: services, identities: identities, cloud: cloud, project: named).routes
            + ProjectRoutes(identities: identities, cloud: cloud, project: named).routes
            + ServiceUsageRoutes(cloud: cloud, project: named).routes
            + AppEngineRoutes(cloud: cloud, project: named).routes
            + JobRoutes(scheduler: scheduler, project: named, cloud: cloud).routes
            + LocationRoutes(project: named, cloud: cloud).routes
            + IndexRoutes(datastore: datastore, project: named, cloud: cloud).routes
            + EntryRoutes(log: requestLog, project: named, cloud: cloud).routes
    }

    /// Pub/Sub v1.
    static func pubsub(_ pubsub: PubSub, _ cloud: CloudRoutes) -> [Route] {
        TopicRoutes(pubsub: pubsub, cloud: cloud).routes
            + SubscriptionRoutes(pubsub: pubsub, cloud: cloud).routes
            + MessageRoutes(pubsub: pubsub, cloud: cloud).routes
            + PubSubPolicyRoutes(pubsub: pubsub, cloud: cloud).routes
            + SnapshotRoutes(pubsub: pubsub, cloud: cloud).routes
    }
}

/// A number for a project, as some answers want one. Google gives them out; here the id's hash makes one of twelve
/// digits, which stays the same.
enum ProjectNumber {
    static func of(_ project: String) -> Int64 {
        let hash = project.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
        return Int64(hash % 900_000_000_000) + 100_000_000_000
    }
}

import Glibc
public import Hosting
public import ObjectStorage
public import PubSub

/// The routes in Google's own REST shapes, one family a component, for clients that were written for the cloud.
public struct CloudAPI: Sendable {
    /// All routes.
    public let routes: [Route]

    /// Builds the routes.
    ///
    /// - Parameters:
    ///   - storage: buckets and objects.
    ///   - pubsub: topics and subscriptions.
    ///   - project: the project's id.
    ///   - baseURL: where this daemon is reached when the client does not say.
    ///   - audited: has the calls of a route recorded in the audit log, under a name; or only those that are refused or
    ///     fail.
    ///   - daemonUser: the user id that, besides root, may change things over the unix socket; nil is this process's own.
    public init(
        storage: ObjectStorage, pubsub: PubSub, project: String, baseURL: @escaping @Sendable () -> String,
        audited: @escaping @Sendable (_ route: Route, _ method: String, _ onlyRefusals: Bool) -> Route,
        daemonUser: UInt32? = nil
    ) {
        let cloud = CloudRoutes(baseURL: baseURL, daemonUser: daemonUser ?? geteuid(), audited: audited)
        let number = ProjectNumber.of(project)
        routes =
            BucketRoutes(storage: storage, cloud: cloud, projectNumber: number).routes
            + ObjectRoutes(storage: storage, cloud: cloud).routes
            + CopyRoutes(storage: storage, cloud: cloud).routes
            + DownloadRoutes(storage: storage, cloud: cloud).routes
            + UploadRoutes(storage: storage, cloud: cloud).routes
            + ResumableRoutes(storage: storage, cloud: cloud).routes
            + NotificationRoutes(storage: storage, cloud: cloud, project: project).routes
            + Self.pubsub(pubsub, cloud)
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

public import Datastore
import Hosting
import Identity
import JSON

/// A hosted service, as Cloud Run's API shows it.
public struct CloudService: Sendable, Hashable {
    let name: String
    let urls: [String]
    let requiresToken: Bool
    let isLocal: Bool
    let audiences: [String]
    let image: String
    let startTime: Timestamp

    /// A service that runs.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - urls: how it is called, the best first; none for one that listens on a unix socket alone.
    ///   - requiresToken: whether its callers show an ID token.
    ///   - isLocal: whether only this machine reaches it.
    ///   - audiences: audiences of tokens that it takes besides its URLs.
    ///   - image: what runs, with its version.
    ///   - startTime: since when it runs, as it is set up now.
    public init(
        name: String, urls: [String], requiresToken: Bool, isLocal: Bool, audiences: [String], image: String,
        startTime: Timestamp
    ) {
        self.name = name
        self.urls = urls
        self.requiresToken = requiresToken
        self.isLocal = isLocal
        self.audiences = audiences
        self.image = image
        self.startTime = startTime
    }

    /// `google.cloud.run.v2.Service`.
    func resource(project: CloudProject, location: String) -> JSONObject {
        var resource = JSONObject()
        resource["name"] = .string("projects/\(project.id)/locations/\(location)/services/\(name)")
        resource["generation"] = "1"
        resource["observedGeneration"] = "1"
        resource["createTime"] = .string(startTime.rfc3339)
        resource["updateTime"] = .string(startTime.rfc3339)
        resource["ingress"] = isLocal ? "INGRESS_TRAFFIC_INTERNAL_ONLY" : "INGRESS_TRAFFIC_ALL"
        resource["launchStage"] = "GA"
        resource["invokerIamDisabled"] = .boolean(!requiresToken)
        resource.setList("customAudiences", audiences.map { .string($0) })
        resource["template"] = ["containers": [["image": .string(image)]]]
        resource["traffic"] = [["type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100]]
        resource["trafficStatuses"] = [["type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100]]
        resource.setText("uri", urls.first)
        resource.setList("urls", urls.map { .string($0) })
        resource["terminalCondition"] = [
            "type": "Ready", "state": "CONDITION_SUCCEEDED", "lastTransitionTime": .string(startTime.rfc3339),
        ]
        resource["reconciling"] = false
        return resource
    }

    /// Knative's `Service`, which version 1 of the API shows.
    func knativeResource(project: CloudProject, location: String) -> JSONObject {
        var status = JSONObject()
        status["observedGeneration"] = 1
        status["conditions"] = [
            ["type": "Ready", "status": "True", "lastTransitionTime": .string(startTime.rfc3339)]
        ]
        status["traffic"] = Self.traffic
        if let url = urls.first {
            status["url"] = .string(url)
            status["address"] = ["url": .string(url)]
        }
        return [
            "apiVersion": "serving.knative.dev/v1", "kind": "Service",
            "metadata": [
                "name": .string(name), "namespace": .string(String(project.number)), "generation": 1,
                "creationTimestamp": .string(startTime.rfc3339),
                "labels": ["cloud.googleapis.com/location": .string(location)],
                "annotations": ["run.googleapis.com/ingress": isLocal ? "internal" : "all"],
            ],
            "spec": [
                "template": ["spec": ["containers": [["image": .string(image)]]]], "traffic": Self.traffic,
            ],
            "status": .object(status),
        ]
    }

    private static let traffic: JSONValue = [["latestRevision": true, "percent": 100]]
}

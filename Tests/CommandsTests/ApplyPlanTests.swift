import AdminModel
import JSON
import Settings
import Testing

@testable import Commands

@Suite struct ApplyPlanTests {
    private func topic(_ name: String) -> JSONObject { JSONObject().with("name", .string(name)) }

    private func subscription(_ name: String, topic: String, filter: String = "") -> JSONObject {
        JSONObject().with("name", .string(name)).with("topic", .string(topic)).with("filter", .string(filter))
            .with("detached", false)
    }

    private func declared(_ kind: ResourceKind, _ resource: JSONObject, line: Int = 1) -> WholeResource {
        WholeResource(
            declared: DeclaredResource(
                kind: kind, json: resource, file: "f", line: line, label: "\(kind.rawValue)[\(resource.text("name"))]",
                marks: ["name": .init(line: line, value: resource.text("name"))]), resource: resource)
    }

    private func present(_ items: [(ResourceKind, JSONObject)]) -> DaemonResources {
        DaemonResources(
            project: "p", items: items.map { .init(kind: $0.0, resource: $0.1, ids: []) }, leftOut: [:])
    }

    private func plan(
        _ whole: [WholeResource], _ items: [(ResourceKind, JSONObject)], pruned: Set<ResourceKind> = []
    ) -> ApplyPlan {
        ApplyPlan(whole, wrongNames: [:], present: present(items), pruned: pruned)
    }

    private func steps(_ plan: ApplyPlan) -> [String] { plan.changes.map { "\($0.action.rawValue) \($0.title)" } }

    @Test("What is as declared is no change")
    func unchanged() {
        let plan = plan([declared(.topics, topic("a"))], [(.topics, topic("a")), (.topics, topic("b"))])
        #expect(plan.changes.isEmpty && plan.problems.isEmpty)
        #expect(plan.unchanged == 1)
    }

    @Test("What others refer to is made first and deleted last, whatever the order of the files")
    func order() {
        let plan = plan(
            [declared(.subscriptions, subscription("s", topic: "b")), declared(.topics, topic("b"))],
            [(.topics, topic("old")), (.subscriptions, subscription("olds", topic: "old"))],
            pruned: [.topics, .subscriptions])
        #expect(plan.problems.isEmpty)
        #expect(
            steps(plan) == ["create topic b", "create subscription s", "delete subscription olds", "delete topic old"])
    }

    @Test("Without --prune nothing is deleted; with it only what is of the named kinds")
    func prune() {
        let items: [(ResourceKind, JSONObject)] = [(.topics, topic("old")), (.buckets, topic("bucket"))]
        #expect(plan([declared(.topics, topic("a"))], items).changes.count == 1)
        #expect(
            steps(plan([declared(.topics, topic("a"))], items, pruned: [.topics]))
                == ["create topic a", "delete topic old"])
    }

    @Test("What is in use is not pruned")
    func used() {
        let plan = plan(
            [], [(.topics, topic("t")), (.subscriptions, subscription("s", topic: "t"))], pruned: [.topics])
        #expect(plan.problems.map(\.description) == ["topics: \"t\" cannot be pruned: the subscription s uses it"])
    }

    @Test("A reference to what neither is nor is declared is a problem, at its line")
    func references() {
        let plan = plan([declared(.subscriptions, subscription("s", topic: "nowhere"), line: 7)], [])
        #expect(
            plan.problems.map(\.description) == [
                "f:7: subscriptions[s]: is no topic: neither does a file declare it nor is there one"
            ])
        let gone = self.plan(
            [declared(.subscriptions, subscription("s", topic: "t"))], [(.topics, topic("t"))], pruned: [.topics])
        #expect(gone.problems.first?.message == "is a topic that no file declares, and that would be pruned")
    }

    @Test("A role binding refers to an account of the project, and to no other's")
    func accountReferences() {
        let binding = { (member: String) in
            self.declared(
                .roleBindings,
                JSONObject().with("resource", "project").with("role", "roles/viewer").with("member", .string(member)))
        }
        let plan = plan(
            [
                binding("serviceAccount:gone@p.iam.gserviceaccount.com"),
                binding("serviceAccount:any@other.iam.gserviceaccount.com"), binding("user:a@b.c"),
            ], [])
        #expect(plan.problems.count == 1)
    }

    @Test("The same resource twice is a problem, wherever")
    func twice() {
        let plan = plan([declared(.topics, topic("a")), declared(.topics, topic("a"), line: 9)], [])
        #expect(plan.problems.map(\.description) == ["f:9: topics[a].name: \"a\" is declared twice: the first is f:1"])
        #expect(plan.changes.count == 1)
    }

    @Test("Names that differ in bytes are two resources")
    func bytes() {
        let plan = plan([declared(.topics, topic("é")), declared(.topics, topic("e\u{301}"))], [])
        #expect(plan.problems.isEmpty)
        #expect(plan.changes.count == 2)
    }

    @Test("What cannot be changed is a problem")
    func fixed() {
        let plan = plan(
            [declared(.subscriptions, subscription("s", topic: "t", filter: "attributes:a"))],
            [(.topics, topic("t")), (.subscriptions, subscription("s", topic: "t"))])
        #expect(plan.problems.map(\.message) == ["cannot change filter, which is \"\": delete the subscription first"])
    }

    @Test("What is there but cannot be declared stands in the way")
    func leftOut() {
        let present = DaemonResources(
            project: "p", items: [.init(kind: .topics, resource: topic("t"), ids: [])],
            leftOut: [ResourceIdentity(.subscriptions, name: "s"): "its topic was deleted"])
        let plan = ApplyPlan(
            [declared(.subscriptions, subscription("s", topic: "t"))], wrongNames: [:], present: present, pruned: [])
        #expect(plan.problems.map(\.message) == ["is there, but its topic was deleted: delete the subscription first"])
    }

    @Test("A patch has what differs, and null for what goes")
    func patch() throws {
        let old: JSONValue = ["a": 1, "b": ["c": "x", "d": "y"], "e": ["f": 1]]
        let new: JSONValue = ["a": 1, "b": ["c": "z"], "g": [1]]
        let patch = try #require(old.object).patch(to: try #require(new.object))
        #expect(JSONValue.object(patch) == ["b": ["c": "z", "d": .null], "e": .null, "g": [1]])
    }

    @Test("Ten thousand resources are compared")
    func many() {
        let whole = (0..<10_000).map { declared(.topics, topic("t\($0)"), line: $0) }
        let items = (5_000..<15_000).map { (ResourceKind.topics, topic("t\($0)")) }
        let plan = plan(whole, items, pruned: [.topics])
        #expect(plan.unchanged == 5_000)
        #expect(plan.changes.count == 10_000)
    }
}

import AdminAccess
import Identity
import Testing

@Suite struct PermissionTests {
    @Test(
        "a permission's name says who has it",
        arguments: [
            ("pubsub.topics.publish", Permission.operate.or(.publisher)),
            ("run.routes.invoke", .administer.or(.invoker)),
            ("iam.serviceAccounts.getAccessToken", .actAs), ("iam.serviceAccounts.actAs", .actAs),
            ("iam.serviceAccounts.get", .read), ("iam.serviceAccounts.getIamPolicy", .read),
            ("storage.objects.list", .read), ("storage.objects.create", .operate),
            ("storage.buckets.create", .administer),
            ("cloudscheduler.jobs.run", .operate), ("cloudscheduler.jobs.enable", .operate),
            ("iam.serviceAccounts.enable", .administer), ("resourcemanager.projects.setIamPolicy", .administer),
        ] as [(String, Permission)])
    func names(name: String, permission: Permission) { #expect(Permission(named: name) == permission) }

    @Test(
        "what is no permission's name is none",
        arguments: ["", "run", "run.routes", "run..invoke", "*.*.*", "run.routes.inv oke", ".a.b", "a.b."])
    func others(name: String) { #expect(Permission(named: name) == nil) }
}

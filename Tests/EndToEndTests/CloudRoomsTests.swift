import Foundation
import TestSupport
import Testing

@Suite("Google's clients of IAM, Cloud Run, Resource Manager and the rest work with the daemon")
struct CloudRoomsTests {
    @Test("google-api-python-client and google-cloud-run, each answer as its discovery document says")
    func pythonClients() async throws {
        let daemon = try await TestDaemon.start()
        let result = try await PythonEnvironment.run(module: "cloud_rooms", [try daemon.url("admin")])
        #expect(result.output == "done\n", "\(result.errors)")
        let audited = try await daemon.trivetctl("audit", "list", "--limit", "100", "--format", "value(method,result)")
        for line in [
            "iam.serviceAccounts.create\tok", "run.services.setIamPolicy\tok", "iam.serviceAccounts.delete\tok",
        ] {
            #expect(audited.output.contains("\(line)\n"), "\(audited.output)")
        }
        #expect(await daemon.stop() == .exited(0))
    }

    @Test("google-auth finds credentials on the metadata server, acts as its account, and for another one")
    func metadataServer() async throws {
        let daemon = try await TestDaemon.start(settings: [
            "metadata.listen": "127.0.0.1:0", "admin.authentication": "required",
        ])
        let account = "serviceAccount:cloud-run-invoker@my-project.iam.gserviceaccount.com"
        let other = "serviceAccount:judged-account@my-project.iam.gserviceaccount.com"
        for arguments in [
            ["iam", "service-accounts", "create", "judged-account"],
            ["projects", "add-iam-policy-binding", "my-project", "--member", account, "--role", "roles/viewer"],
            ["projects", "add-iam-policy-binding", "my-project", "--member", other, "--role", "roles/admin"],
        ] { #expect(try await daemon.trivetctl(arguments).status == 0, "\(arguments)") }
        // Who may act for the one account may not act for the other.
        let policy =
            #"{"policy":{"bindings":[{"role":"roles/iam.serviceAccountTokenCreator","members":["\#(account)"]}]}}"#
        let email = other.dropFirst("serviceAccount:".count)
        let set = try await run(
            "curl",
            [
                "-sS", "--unix-socket", daemon.socket, "-d", policy,
                "http://trivet/v1/projects/-/serviceAccounts/\(email):setIamPolicy",
            ])
        #expect(set.output.contains("serviceAccountTokenCreator"), "\(set.output)")
        let host = try #require(daemon.addresses["metadata-server"])
        let result = try await PythonEnvironment.run(
            module: "metadata_server", [try daemon.url("admin"), try daemon.url("metrics")],
            environment: [
                "GCE_METADATA_HOST": host, "GCE_METADATA_IP": host, "GOOGLE_CLOUD_PROJECT": "",
                "HOME": daemon.folder.file("home"),
            ])
        #expect(result.output == "done\n", "\(result.errors)")
        #expect(await daemon.stop() == .exited(0))
    }
}

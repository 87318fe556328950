import AdminModel
import ArgumentParser

/// `trivetctl services add-iam-policy-binding SERVICE --member --role`.
struct ServicesAddIamPolicyBinding: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-iam-policy-binding", abstract: "Give a member a role on the service, and show the policy.")

    @Argument(help: "The service's name, e.g. hello-world-service.")
    var service: String

    @OptionGroup var binding: BindingOptions
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> PolicyInfo {
        let path = "\(PolicyPath.service(service)):addBinding"
        return try await global.client(in: context).post(PolicyInfo.self, path, binding.body)
    }
}

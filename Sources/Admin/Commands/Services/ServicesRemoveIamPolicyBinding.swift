import AdminModel
import ArgumentParser

/// `trivetctl services remove-iam-policy-binding SERVICE --member --role`.
struct ServicesRemoveIamPolicyBinding: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove-iam-policy-binding",
        abstract: "Take a role on the service from a member, and show the policy.")

    @Argument(help: "The service's name, e.g. hello-world-service.")
    var service: String

    @OptionGroup var binding: BindingOptions
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> PolicyInfo {
        let path = "\(PolicyPath.service(service)):removeBinding"
        return try await global.client(in: context).post(PolicyInfo.self, path, binding.body)
    }
}

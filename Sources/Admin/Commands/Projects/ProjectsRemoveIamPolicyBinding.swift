import AdminModel
import ArgumentParser

/// `trivetctl projects remove-iam-policy-binding PROJECT --member --role`.
struct ProjectsRemoveIamPolicyBinding: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove-iam-policy-binding",
        abstract: "Take a role on the project from a member, and show the policy.")

    @Argument(help: "The project's id, e.g. my-project.")
    var project: String

    @OptionGroup var binding: BindingOptions
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> PolicyInfo {
        let path = "\(PolicyPath.project(project)):removeBinding"
        return try await global.client(in: context).post(PolicyInfo.self, path, binding.body)
    }
}

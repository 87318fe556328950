import AdminModel
import ArgumentParser

/// `trivetctl projects add-iam-policy-binding PROJECT --member --role`.
struct ProjectsAddIamPolicyBinding: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-iam-policy-binding", abstract: "Give a member a role on the project, and show the policy.")

    @Argument(help: "The project's id, e.g. my-project.")
    var project: String

    @OptionGroup var binding: BindingOptions
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> PolicyInfo {
        let path = "\(PolicyPath.project(project)):addBinding"
        return try await global.client(in: context).post(PolicyInfo.self, path, binding.body)
    }
}

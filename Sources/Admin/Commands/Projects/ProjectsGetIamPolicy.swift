import AdminModel
import ArgumentParser

/// `trivetctl projects get-iam-policy PROJECT`.
struct ProjectsGetIamPolicy: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "get-iam-policy", abstract: "Show who has which role on the project.")

    @Argument(help: "The project's id, e.g. my-project.")
    var project: String

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> PolicyInfo {
        try await global.client(in: context).get(PolicyInfo.self, PolicyPath.project(project))
    }
}

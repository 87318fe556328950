import ArgumentParser

/// `trivetctl projects …`.
struct ProjectsNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "projects", abstract: "Roles on the project.",
        subcommands: [
            ProjectsAddIamPolicyBinding.self, ProjectsRemoveIamPolicyBinding.self, ProjectsGetIamPolicy.self,
        ])
}

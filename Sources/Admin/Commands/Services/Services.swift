import ArgumentParser

/// `trivetctl services …`.
struct Services: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The hosted services.",
        subcommands: [
            ServicesList.self, ServicesDescribe.self, ServicesAddIamPolicyBinding.self,
            ServicesRemoveIamPolicyBinding.self, ServicesGetIamPolicy.self,
        ])
}

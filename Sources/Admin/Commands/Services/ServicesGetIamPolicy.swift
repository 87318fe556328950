import AdminModel
import ArgumentParser

/// `trivetctl services get-iam-policy SERVICE`.
struct ServicesGetIamPolicy: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "get-iam-policy", abstract: "Show who has which role on the service.")

    @Argument(help: "The service's name, e.g. hello-world-service.")
    var service: String

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> PolicyInfo {
        try await global.client(in: context).get(PolicyInfo.self, PolicyPath.service(service))
    }
}

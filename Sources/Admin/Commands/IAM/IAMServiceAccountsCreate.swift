import AdminModel
import ArgumentParser

/// `trivetctl iam service-accounts create NAME`.
struct IAMServiceAccountsCreate: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Create a service account.")

    @Argument(help: "What stands before the @: 6 to 30 lower-case letters, digits and hyphens.")
    var name: String

    @Option(help: "What people call it.")
    var displayName: String?

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<ServiceAccountInfo> {
        let body = ServiceAccountBody(accountId: name, displayName: displayName)
        return Single(
            try await global.client(in: context).post(ServiceAccountInfo.self, AdminPath.serviceAccounts, body))
    }
}

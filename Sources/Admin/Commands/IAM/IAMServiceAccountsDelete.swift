import AdminModel
import ArgumentParser

/// `trivetctl iam service-accounts delete EMAIL`.
struct IAMServiceAccountsDelete: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract:
            "Delete a service account and its bindings; its tokens are refused at once. Asks before on a terminal.")

    @Argument(help: "The account's email, or what stands before its @.")
    var email: String

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<Deleted> {
        try confirmation.confirm("Delete the service account \(email)?", in: context)
        try await global.client(in: context).delete("\(AdminPath.serviceAccounts)/\(AdminClient.segment(email))")
        return Single(Deleted(what: email))
    }
}

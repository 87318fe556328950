import AdminModel
import ArgumentParser

/// `trivetctl iam service-accounts describe EMAIL`.
struct IAMServiceAccountsDescribe: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "describe", abstract: "Show one service account.")

    @Argument(help: "The account's email, or what stands before its @.")
    var email: String

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<ServiceAccountInfo> {
        let path = "\(AdminPath.serviceAccounts)/\(AdminClient.segment(email))"
        return Single(try await global.client(in: context).get(ServiceAccountInfo.self, path))
    }
}

extension ServiceAccountInfo: Described {
    var members: [(String, Cell)] {
        [
            ("email", Cell(email)), ("displayName", Cell(displayName)), ("uniqueId", Cell(uniqueId)),
            ("createTime", Cell(createTime)),
        ]
    }
}

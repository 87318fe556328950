import AdminModel
import ArgumentParser

/// `trivetctl iam service-accounts list`.
struct IAMServiceAccountsList: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the service accounts.")

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<ServiceAccountInfo> {
        Listing(try await global.client(in: context).get(ServiceAccountList.self, AdminPath.serviceAccounts).accounts)
    }
}

extension ServiceAccountInfo: Row {
    static var columns: [String] { ["EMAIL", "DISPLAY_NAME", "UNIQUE_ID", "CREATED"] }

    var cells: [Cell] { [Cell(email), Cell(displayName), Cell(uniqueId), Cell(createTime)] }
}

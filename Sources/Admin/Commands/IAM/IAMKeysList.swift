import AdminModel
import ArgumentParser

/// `trivetctl iam keys list`.
struct IAMKeysList: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the keys whose public halves are served.")

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<KeyInfo> {
        Listing(try await global.client(in: context).get(KeyList.self, AdminPath.keys).keys)
    }
}

extension KeyInfo: Row {
    static var columns: [String] { ["ID", "STATE", "CREATED", "SERVED_UNTIL"] }

    var cells: [Cell] { [Cell(id), .condition(state), Cell(createTime), Cell(servedUntil ?? "-")] }
}

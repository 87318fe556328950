import AdminModel
import ArgumentParser

/// `trivetctl iam keys rotate`.
struct IAMKeysRotate: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Sign with a new key; the old one is served until its tokens have expired.")

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<KeyInfo> {
        Single(try await global.client(in: context).post(KeyInfo.self, "\(AdminPath.keys):rotate"))
    }
}

extension KeyInfo: Described {
    var members: [(String, Cell)] {
        [("id", Cell(id)), ("state", .condition(state)), ("createTime", Cell(createTime))]
            + (servedUntil.map { [("servedUntil", Cell($0))] } ?? [])
    }
}

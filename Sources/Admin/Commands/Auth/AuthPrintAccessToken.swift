import AdminModel
import ArgumentParser

/// `trivetctl auth print-access-token`.
struct AuthPrintAccessToken: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "print-access-token", abstract: "Print a token for the admin interface; services do not take it.")

    @OptionGroup var impersonation: ImpersonationOption
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> PrintedToken {
        let body = TokenBody(serviceAccount: impersonation.account, audience: nil)
        return PrintedToken(
            token: try await global.client(in: context).post(TokenInfo.self, AdminPath.accessToken, body))
    }
}

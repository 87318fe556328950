import AdminModel
import ArgumentParser

/// `trivetctl auth print-identity-token`.
struct AuthPrintIdentityToken: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "print-identity-token", abstract: "Print an ID token, with which services are called.",
        discussion: "curl -H \"Authorization: Bearer $(trivetctl auth print-identity-token)\" http://127.0.0.1:8080")

    @OptionGroup var impersonation: ImpersonationOption

    @Option(help: "Who is to take the token, such as a service's URL; without it, any service of this daemon.")
    var audiences: String?

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> PrintedToken {
        let body = TokenBody(serviceAccount: impersonation.account, audience: audiences)
        return PrintedToken(
            token: try await global.client(in: context).post(TokenInfo.self, AdminPath.identityToken, body))
    }
}

/// `--impersonate-service-account`.
struct ImpersonationOption: ParsableArguments {
    @Option(
        name: .customLong("impersonate-service-account"),
        help: ArgumentHelp("Act as this service account instead of yourself.", valueName: "email"))
    var account: String?
}

/// A token: for people and for `$(…)` the bare text.
struct PrintedToken: Renderable {
    let token: TokenInfo

    func document() throws -> Document {
        Document(shape: .record(try ModelJSON.value(of: token)), table: Table(rows: [[Cell(token.token)]]))
    }
}

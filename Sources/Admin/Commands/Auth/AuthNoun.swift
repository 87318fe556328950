import ArgumentParser

/// `trivetctl auth …`.
struct AuthNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auth", abstract: "Tokens, for you and for service accounts.",
        subcommands: [AuthPrintIdentityToken.self, AuthPrintAccessToken.self])
}

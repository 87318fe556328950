import ArgumentParser

/// `trivetctl iam …`.
struct IAMNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "iam", abstract: "Service accounts and signing keys.",
        subcommands: [IAMServiceAccounts.self, IAMKeys.self])
}

/// `trivetctl iam service-accounts …`.
struct IAMServiceAccounts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service-accounts", abstract: "The accounts that programs act as.",
        subcommands: [
            IAMServiceAccountsCreate.self, IAMServiceAccountsList.self, IAMServiceAccountsDescribe.self,
            IAMServiceAccountsDelete.self,
        ])
}

/// `trivetctl iam keys …`.
struct IAMKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "The keys that sign tokens.",
        subcommands: [IAMKeysList.self, IAMKeysRotate.self])
}

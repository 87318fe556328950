import AdminModel
import ArgumentParser

/// `trivetctl services describe NAME`.
struct ServicesDescribe: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "describe", abstract: "Show one service.")

    @Argument(help: "The service's name, e.g. hello-world-service.")
    var name: String

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<ServiceInfo> {
        let path = "\(AdminPath.services)/\(AdminClient.segment(name))"
        return Single(try await global.client(in: context).get(ServiceInfo.self, path))
    }
}

extension ServiceInfo: Described {
    var members: [(String, Cell)] {
        [
            ("name", Cell(name)), ("url", Cell(url)), ("listen", Cell(listen.joined(separator: ", "))),
            ("addresses", Cell(addresses.joined(separator: ", "))), ("authentication", Cell(authentication)),
            ("allowUnauthenticated", Cell(allowUnauthenticated.description)),
            ("audiences", Cell(audiences.joined(separator: ", "))),
        ]
    }
}

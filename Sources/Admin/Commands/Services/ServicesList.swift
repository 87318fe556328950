import AdminModel
import ArgumentParser

/// `trivetctl services list`.
struct ServicesList: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the services.")

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<ServiceInfo> {
        Listing(try await global.client(in: context).get(ServiceList.self, AdminPath.services).services)
    }
}

extension ServiceInfo: Row {
    static var columns: [String] { ["NAME", "URL", "ADDRESSES", "AUTHENTICATION"] }

    var cells: [Cell] {
        [Cell(name), Cell(url), Cell(addresses.joined(separator: ", ")), Cell(authentication)]
    }
}

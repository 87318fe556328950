import AdminModel
import ArgumentParser

/// `--member` and `--role`.
struct BindingOptions: ParsableArguments {
    @Option(help: "serviceAccount:EMAIL, user:EMAIL, allUsers or allAuthenticatedUsers.")
    var member: String

    @Option(help: "The role, e.g. roles/run.invoker.")
    var role: String

    var body: BindingBody { BindingBody(role: role, member: member) }
}

/// The place of a policy in the admin API.
enum PolicyPath {
    static func service(_ name: String) -> String { "\(AdminPath.services)/\(AdminClient.segment(name))/iamPolicy" }
    static func account(_ name: String) -> String {
        "\(AdminPath.serviceAccounts)/\(AdminClient.segment(name))/iamPolicy"
    }
    static func project(_ name: String) -> String { "\(AdminPath.projects)/\(AdminClient.segment(name))/iamPolicy" }
}

/// A policy: for people a line for each member.
extension PolicyInfo: Renderable {
    func document() throws -> Document {
        let rows = bindings.flatMap { binding in binding.members.map { [Cell(binding.role), Cell($0)] } }
        return Document(
            shape: .record(try ModelJSON.value(of: self)), table: Table(header: ["ROLE", "MEMBER"], rows: rows))
    }
}

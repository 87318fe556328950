import ArgumentParser

/// The namespace that a command looks into.
struct NamespaceOption: ParsableArguments {
    @Option(help: "The namespace (default: the default one, which has no name).")
    var namespace: String?

    var query: AdminClient.Query { [("namespace", namespace)] }
}

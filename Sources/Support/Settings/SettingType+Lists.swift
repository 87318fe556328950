extension SettingType {
    /// A list of values of another type; in the environment, divided by commas.
    static func list<Element>(
        of element: SettingType<Element>, named name: String, example: String
    ) -> SettingType where Value == [Element] {
        SettingType(
            name: name,
            fromNode: { node throws(SettingRefusal) in
                guard case .list(let nodes) = node.content else {
                    throw SettingRefusal(value: node.shown, message: "is not a list: write \(example)")
                }
                return try collect(nodes) { node throws(SettingRefusal) in
                    do throws(SettingRefusal) {
                        return try element.fromNode(node)
                    } catch {
                        throw SettingRefusal(value: error.value, message: error.message, line: node.line)
                    }
                }
            },
            fromText: { text throws(SettingRefusal) in
                guard !text.isEmpty else { return [] }
                let parts = text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
                return try collect(parts) { part throws(SettingRefusal) in
                    try element.fromText(String(decoding: part, as: UTF8.self))
                }
            },
            print: { $0.map(element.print).joined(separator: ",") })
    }

    /// Reads all the elements of a list, or tells what is wrong with each.
    private static func collect<Source, Element>(
        _ sources: some Sequence<Source>, _ read: (Source) throws(SettingRefusal) -> Element
    ) throws(SettingRefusal) -> [Element] {
        var elements: [Element] = []
        var refusals: [SettingRefusal] = []
        for source in sources {
            do throws(SettingRefusal) {
                elements.append(try read(source))
            } catch {
                refusals.append(error)
            }
        }
        if let refusal = SettingRefusal.joining(refusals) { throw refusal }
        return elements
    }
}

extension SettingType where Value == [ListenAddress] {
    /// Addresses to listen on.
    static let addresses = SettingType.list(
        of: .scalar("address", parse: ListenAddress.parse, print: \.description), named: "list of addresses",
        example: #"["127.0.0.1:8080"], each HOST:PORT, unix:PATH or fd:NAME"#)
}

extension SettingType where Value == [MetricTier] {
    /// Tiers of the metric history.
    static let metricTiers = SettingType.list(
        of: .scalar("tier", parse: MetricTier.parse, print: \.description), named: "list of tiers",
        example: #"["10s:2d"], each STEP:RETENTION"#)
}

extension SettingType where Value == [TrustedIssuer] {
    /// Issuers whose ID tokens are taken.
    static let trustedIssuers = SettingType.list(
        of: .scalar("issuer", parse: TrustedIssuer.parse, print: \.description), named: "list of issuers",
        example: #"["https://accounts.google.com=https://www.googleapis.com/oauth2/v3/certs"]"#)
}

extension SettingType where Value == [String] {
    /// Texts.
    static let texts = SettingType.list(of: .text, named: "list of texts", example: #"["https://example.org"]"#)
}

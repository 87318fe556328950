public import JSON

/// Makes what came with a request fit for a record: short, and with nothing in it that must stay secret.
///
/// What is secret is told by names, and by the two forms in which tokens are written, since a record is kept for a year
/// and read by more people than those who may change things. A name that is taken for a secret without need costs a
/// value in the audit log; one that is missed would cost more.
public enum AuditParameters {
    /// The longest text, in bytes.
    static let longestText = 256
    /// The most parameters.
    static let mostParameters = 32

    private static let secretWords = [
        "secret", "password", "passphrase", "passwd", "token", "credential", "authorization", "cookie", "privatekey",
        "apikey", "signature",
    ]
    /// Contents, which are not the audit's business, and whose secrets have no name.
    private static let contentNames = ["body", "data", "headers", "payload"]
    /// Names that only look like secrets.
    private static let harmlessNames = ["oidctoken", "oauthtoken", "pagetoken"]

    /// The parameters of a query and of a body's members. Texts stand as they are, other values as JSON.
    public static func make(query: [(name: String, value: String)], body: JSONObject) -> [String: String] {
        let given = query.map { ($0.name, JSONValue.string($0.value)) } + body.map { ($0.name, $0.value) }
        var parameters: [String: String] = [:]
        for (name, value) in given {
            guard parameters.count < mostParameters else {
                parameters["…"] = "\(given.count - mostParameters) more"
                break
            }
            let cleaned = cleaned(value, named: name, depth: 0)
            parameters[shortened(name)] = shortened(
                cleaned.string ?? String(decoding: cleaned.serialized(), as: UTF8.self))
        }
        return parameters
    }

    private static func cleaned(_ value: JSONValue, named name: String, depth: Int) -> JSONValue {
        let plain = String(name.lowercased().filter { $0 != "_" && $0 != "-" })
        if !harmlessNames.contains(plain) {
            if secretWords.contains(where: plain.contains) { return "(hidden)" }
            if contentNames.contains(plain) { return "(not kept)" }
        }
        guard depth < 8 else { return "…" }
        switch value {
        case .string(let text): return .string(isToken(text) ? "(hidden)" : withoutSecretParts(text))
        case .array(let elements):
            return .array(elements.prefix(mostParameters).map { cleaned($0, named: "", depth: depth + 1) })
        case .object(let members):
            var object = JSONObject()
            for member in members.prefix(mostParameters) {
                object[member.name] = cleaned(member.value, named: member.name, depth: depth + 1)
            }
            return .object(object)
        case .null, .boolean, .integer, .double: return value
        }
    }

    /// Whether a text holds a bearer token, a signed token (JSON in Base64 begins with `eyJ`), or a private key.
    private static func isToken(_ text: String) -> Bool {
        let lowercased = text.lowercased()
        return lowercased.contains("bearer ") || lowercased.hasPrefix("basic ") || text.contains("PRIVATE KEY")
            || text.split(whereSeparator: { " \t\n\"'=,".contains($0) }).contains {
                $0.hasPrefix("eyJ") && $0.contains(".") && $0.utf8.count > 20
            }
    }

    /// A URL without the parts in which people put secrets: user information and query.
    private static func withoutSecretParts(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        var rest = text[scheme.upperBound...]
        if let mark = rest.firstIndex(of: "?") { rest = rest[..<mark] + "?…" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        if let at = authority.lastIndex(of: "@") { rest = "…" + rest[at...] }
        return String(text[..<scheme.upperBound] + rest)
    }

    /// A text's beginning, with `…` where it was cut.
    static func shortened(_ text: String, to limit: Int = longestText) -> String {
        guard text.utf8.count > limit else { return text }
        var bytes = Array(text.utf8.prefix(limit))
        while !bytes.isEmpty, String(validating: bytes, as: UTF8.self) == nil { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self) + "…"
    }
}

import Identity

extension Permission {
    /// The permission that Google calls by a name, such as `pubsub.topics.publish`: what the name's last word does, and
    /// to what; nil for what is no such name.
    public init?(named name: String) {
        let words = name.split(separator: ".", omittingEmptySubsequences: false)
        guard words.count >= 3, words.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isNameByte) }) else {
            return nil
        }
        let (verb, thing) = (words[words.count - 1], words[words.count - 2])
        switch name {
        case "run.routes.invoke": self = .administer.or(.invoker)
        case "pubsub.topics.publish": self = .operate.or(.publisher)
        default:
            let isOperation = Self.operations.contains(String(verb)) || Self.contents.contains(String(thing))
            if name.hasPrefix("iam.serviceAccounts."), Self.acting.contains(String(verb)) {
                self = .actAs
            } else if ["get", "list", "search"].contains(where: verb.hasPrefix) {
                self = .read
            } else {
                self = isOperation && !name.hasPrefix("iam.") ? .operate : .administer
            }
        }
    }

    private static let acting: Set = [
        "actAs", "getAccessToken", "getOpenIdToken", "implicitDelegation", "signBlob", "signJwt",
    ]
    private static let operations: Set = ["run", "pause", "enable", "consume", "seek"]
    private static let contents: Set = ["objects", "entities", "messages"]

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

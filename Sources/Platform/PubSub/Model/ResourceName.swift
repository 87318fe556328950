import JSON

/// The names of topics and subscriptions: `projects/P/topics/T`, for which the last part alone will do.
///
/// Only the last part is stored: the project is the setting's, and may be changed.
public struct ResourceName: Sendable, Hashable {
    /// What a name may name.
    public enum Collection: String, Sendable, Hashable {
        case topics
        case subscriptions

        var noun: String {
            switch self {
            case .topics: "topic"
            case .subscriptions: "subscription"
            }
        }
    }

    /// What stands in the place of a topic that was deleted.
    public static let deletedTopic = "_deleted-topic_"

    let project: String

    /// The full name.
    public func full(_ collection: Collection, _ id: String) -> String {
        "projects/\(project)/\(collection.rawValue)/\(id)"
    }

    /// The last part of a name, full or not, in Google's rule: 3 to 255 letters, digits and `-._~+%`, a letter first,
    /// not beginning with `goog`. Throws `invalidArgument`, `notFound` for another project's.
    public func id(_ text: String, _ collection: Collection) throws(PubSubError) -> String {
        let id = try last(text, collection)
        guard (3...255).contains(id.utf8.count), id.utf8.first.map(Self.isLetter) == true,
            id.utf8.allSatisfy({ Self.isLetter($0) || Self.others.contains($0) }),
            !id.utf8.starts(with: "goog".utf8)
        else {
            throw .invalid(
                "\(text.debugDescription) is not the name of a \(collection.noun): 3 to 255 letters, digits and "
                    + "- . _ ~ + %, a letter first, not beginning with goog")
        }
        return id
    }

    private func last(_ text: String, _ collection: Collection) throws(PubSubError) -> String {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 1 else { return text }
        guard parts.count == 4, parts[0].hasSameBytes(as: "projects"),
            parts[2].hasSameBytes(as: collection.rawValue)
        else {
            throw .invalid(
                "\(text.debugDescription) is not the name of a \(collection.noun): write the id alone or "
                    + full(collection, "ID"))
        }
        try require(project: parts[1])
        return parts[3]
    }

    /// Throws `notFound` for a project that is not this one.
    public func require(project other: String) throws(PubSubError) {
        guard other.hasSameBytes(as: project) else {
            throw PubSubError(.notFound, "there is no project \(other.debugDescription) here: this one's is \(project)")
        }
    }

    private static let others = Array("0123456789-._~+%".utf8)

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

public import Datastore

/// How far a purge is.
public struct PurgeProgress: Sendable, Hashable {
    /// When it began.
    public let start: Timestamp
    /// How many entries were there to be deleted when it began.
    public let expected: Int
    /// How many are deleted so far.
    public internal(set) var deleted: Int

    /// The progress as a sentence, for the list of runs.
    public var text: String { "deleted \(deleted) of \(max(expected, deleted)) so far" }
}

/// What a checkpoint did.
public struct CheckpointResult: Sendable, Hashable {
    /// Pages that were in the write-ahead log.
    public let walPages: Int
    /// Pages of them that are now in the database file.
    public let checkpointedPages: Int
    /// Whether the whole log was moved and its file emptied.
    public let isComplete: Bool
}

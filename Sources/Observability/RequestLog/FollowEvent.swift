/// What a follower of the log is told.
public enum FollowEvent: Sendable, Hashable {
    /// The next record.
    case record(StoredRecord)
    /// `dropped` records that were to be stored are missing here: they came after the record `after`.
    case gap(dropped: Int, after: InsertID)
}

/// A record in the log, with its place.
public struct StoredRecord: Sendable, Hashable {
    /// The record's place.
    public let insertID: InsertID
    /// The record.
    public let record: RequestRecord

    /// A record at its place.
    public init(insertID: InsertID, record: RequestRecord) {
        self.insertID = insertID
        self.record = record
    }
}

/// What the first start in a data directory creates, once in the directory's life.
public enum FirstStart: String, Sendable, Hashable, CaseIterable {
    /// Everything the lab's reader would have: topic, subscription, bucket, account, job and index.
    case lab
    /// Only the purge job and the index that the message board needs.
    case empty
}

/// The kinds of resources that are declared in files, in the order in which they are made: what a resource refers to
/// comes before it. The raw value is the section of a file that declares them.
public enum ResourceKind: String, Sendable, Hashable, CaseIterable, Codable {
    case serviceAccounts
    case topics
    case subscriptions
    case roleBindings
    case buckets
    case notifications
    case jobs
    case indexes
}

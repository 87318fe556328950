/// Which records to read.
public struct RequestLogQuery: Sendable, Hashable {
    /// A status to match.
    public enum StatusFilter: Sendable, Hashable {
        /// This status.
        case exact(Int)
        /// A class of statuses: 4 for 400 to 499.
        case statusClass(Int)

        /// Reads `404` or `4xx`; nil for anything else.
        public init?(_ text: String) {
            let bytes = Array(text.utf8)
            guard bytes.count == 3, let first = bytes.first, (UInt8(ascii: "1")...UInt8(ascii: "5")).contains(first)
            else { return nil }
            if bytes.dropFirst().allSatisfy({ $0 | 0x20 == UInt8(ascii: "x") }) {
                self = .statusClass(Int(first - UInt8(ascii: "0")))
            } else if bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let code = Int(text) {
                self = .exact(code)
            } else {
                return nil
            }
        }

        func matches(_ status: Int) -> Bool {
            switch self {
            case .exact(let exact): status == exact
            case .statusClass(let digit): status / 100 == digit
            }
        }
    }

    /// Which end of the log comes first.
    public enum Order: String, Sendable, Hashable {
        /// The newest records first.
        case newestFirst
        /// The oldest records first.
        case oldestFirst
    }

    /// Services to take; empty for all.
    public var services: Set<String> = []
    /// Statuses to take; empty for all.
    public var statuses: [StatusFilter] = []
    /// Methods to take; empty for all.
    public var methods: Set<String> = []
    /// Routes to take; empty for all.
    public var routes: Set<String> = []
    /// Severities to take; empty for all.
    public var severities: Set<Severity> = []
    /// Text that must stand in one of the record's texts; upper and lower case of ASCII letters are the same.
    public var text: String?
    /// Microseconds since 1970: records that arrived then or later.
    public var since: Int64?
    /// Microseconds since 1970: records that arrived before.
    public var until: Int64?
    /// Records after this one in the log.
    public var after: InsertID?
    /// Records before this one in the log.
    public var before: InsertID?
    /// How many records a page has at most: 1 to 1,000; what lies outside is brought inside.
    public var limit = 100
    /// Which end comes first.
    public var order = Order.newestFirst
    /// The token that an earlier page of the same query ended with.
    public var pageToken: String?

    /// A query for the newest hundred records.
    public init() {}
}

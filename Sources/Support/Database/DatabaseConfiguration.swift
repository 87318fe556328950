public import GRDB

/// How a database file is opened.
public struct DatabaseConfiguration: Sendable {
    /// What SQLite promises about a committed transaction.
    public enum Synchronous: Int64, Sendable {
        /// A commit survives a crash of the program, but the newest ones may be lost with the power. For telemetry.
        case normal = 1
        /// A commit is on the disk when it returns. For state.
        case full = 2
    }

    /// The path of the database file. `-wal` and `-shm` stand beside it.
    public var path: String
    /// What the file is, in SQLite's header: a file with another id is refused.
    public var applicationID: Int32
    /// What a commit promises.
    public var synchronous: Synchronous
    /// The schema's steps, in order. See ``Migration``.
    public var migrations: [Migration]
    /// How many read-only connections serve reads at once.
    public var readers: Int
    /// The value of the metrics' label `database`, and the name in messages: `state` or `telemetry`.
    public var name: String
    /// Whether a new file can be shrunk by `PRAGMA incremental_vacuum`. An existing file keeps what it was made with.
    public var incrementalVacuum: Bool
    /// Whether deleted content is overwritten with zeros where that costs no further page writes. Debian's SQLite
    /// overwrites everything unless told otherwise.
    public var overwritesDeleted: Bool
    /// How long opening and the writer wait for a lock that another process holds.
    public var busyTimeout: Duration
    /// SQL functions, collations or pragmas that every connection of this file wants, set right after it opened.
    public var prepare: (@Sendable (Database) throws -> Void)?
    /// The disk that the file is on; nil for one whose room nobody looks after.
    public var disk: DiskSpace?
    /// What ordinary writes do while that disk is nearly full.
    public var whenDiskIsLow: LowDiskBehaviour
    /// Whether a check of the whole file follows an unclean stop, in the background.
    public var checksAfterUncleanStop: Bool

    /// A configuration; only what has no sensible default must be said.
    public init(
        path: String, applicationID: Int32, synchronous: Synchronous, migrations: [Migration], readers: Int = 3,
        name: String, incrementalVacuum: Bool = false, overwritesDeleted: Bool = true,
        busyTimeout: Duration = .seconds(5), prepare: (@Sendable (Database) throws -> Void)? = nil,
        disk: DiskSpace? = nil, whenDiskIsLow: LowDiskBehaviour = .refuse, checksAfterUncleanStop: Bool = true
    ) {
        self.path = path
        self.applicationID = applicationID
        self.synchronous = synchronous
        self.migrations = migrations
        self.readers = readers
        self.name = name
        self.incrementalVacuum = incrementalVacuum
        self.overwritesDeleted = overwritesDeleted
        self.busyTimeout = busyTimeout
        self.prepare = prepare
        self.disk = disk
        self.whenDiskIsLow = whenDiskIsLow
        self.checksAfterUncleanStop = checksAfterUncleanStop
    }
}

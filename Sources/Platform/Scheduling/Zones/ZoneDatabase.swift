import Glibc
import Synchronization

/// The time zones of this machine: the files of its tz database, each read when it is first asked for and kept, so that
/// a thousand jobs plan without touching the disk. What an update of the database changes holds from the next start on.
public final class ZoneDatabase: Sendable {
    /// Where the package tzdata puts the database.
    public static let systemDirectory = "/usr/share/zoneinfo"

    private let directory: String
    private let known = Mutex<[String: Zone]>(["Etc/UTC": .utc, "UTC": .utc])

    /// More than any file of the database has.
    private static let largestFile = 256 * 1024

    /// A database in a folder.
    public init(directory: String = ZoneDatabase.systemDirectory) {
        self.directory = directory
    }

    /// A zone by its name; throws `invalidJob` for one that is not there.
    func zone(_ name: String) throws(SchedulingError) -> Zone {
        if let zone = known.withLock({ $0[name] }) { return zone }
        guard let zone = read(name) else {
            throw SchedulingError(
                .invalidJob,
                """
                time zone \(name.debugDescription) is not known: write a name of the tz database in \(directory), \
                such as Europe/Berlin
                """)
        }
        known.withLock { $0[name] = zone }
        return zone
    }

    /// When a job runs; throws `invalidJob` when its zone is not there.
    func schedule(of job: Job) throws(SchedulingError) -> ZonedSchedule {
        ZonedSchedule(schedule: job.schedule, zone: try zone(job.timeZone))
    }

    private func read(_ name: String) -> Zone? {
        guard Self.isName(name), let root = Self.resolved(directory),
            // Many names are links to others; none may lead out of the folder, as `localtime` does.
            let path = Self.resolved("\(directory)/\(name)"), path.utf8.starts(with: "\(root)/".utf8),
            let bytes = Self.contents(of: path)
        else { return nil }
        return ZoneFile(bytes)?.zone
    }

    /// Words of letters, digits, `_`, `+` and `-` with slashes between: nothing that could step out of the folder.
    private static func isName(_ name: String) -> Bool {
        guard name.utf8.count <= 100 else { return false }
        return name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { word in
            !word.isEmpty
                && word.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"),
                        UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        }
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func contents(of path: String) -> [UInt8]? {
        // Without O_NONBLOCK a fifo would hold the caller for ever.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= largestFile {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count > 0 { bytes += chunk[..<count] } else if errno != EINTR { return nil }
        }
        return nil
    }
}

import Glibc
import Synchronization

/// The room on the disk of a directory, and a reserve of it that only those may use who make room.
///
/// SQLite cannot even delete on a disk that is full: a deletion, too, is first written into the log. So a file of real
/// blocks stands by, of which slices are cut off for writes that may have them (``DiskClaim``), and which is made whole
/// as soon as there is room again. Slice by slice, so that others who fill the disk get little of it.
public final class DiskSpace: Sendable {
    /// How long a look at the disk counts: it is asked at every batch of writes.
    private static let lookEvery = Duration.milliseconds(100)
    private static let smallestSlice = 64 * 1024

    /// Bytes of a disk.
    struct Room {
        let free: Int
        let total: Int
    }

    private struct Look {
        var status: DiskStatus?
        var time: ContinuousClock.Instant?
    }

    /// The directory whose disk is looked at.
    public let directory: String
    private let limits: DiskLimits
    private let reservePath: String
    private let room: @Sendable (String) -> Room?
    private let look = Mutex(Look())

    /// The room on the disk of `directory`, with the reserve in a file of it. Nothing is made yet: see ``restore()``.
    public convenience init(directory: String, limits: DiskLimits, reserveName: String = "reserve") {
        self.init(directory: directory, limits: limits, reserveName: reserveName, room: DiskSpace.room)
    }

    /// - Parameter room: the room on a directory's disk, nil where it cannot be told.
    init(
        directory: String, limits: DiskLimits, reserveName: String = "reserve",
        room: @escaping @Sendable (String) -> Room?
    ) {
        self.directory = directory
        self.limits = limits
        self.room = room
        reservePath = directory.hasSuffix("/") ? directory + reserveName : "\(directory)/\(reserveName)"
    }

    /// How the disk stands, as of a moment ago; nil where it cannot be told.
    public var status: DiskStatus? {
        look.withLock { look in
            if let time = look.time, time.duration(to: .now) < Self.lookEvery { return look.status }
            return lookNow(&look)
        }
    }

    /// Whether ordinary writes have to do without growth. Unknown room counts as enough: the disk itself will tell.
    public var isLow: Bool { status?.isLow ?? false }

    private func lookNow(_ look: inout Look) -> DiskStatus? {
        look.time = .now
        look.status = measure()
        return look.status
    }

    private func measure() -> DiskStatus? {
        guard let room = room(directory) else { return nil }
        return DiskStatus(
            free: room.free, total: room.total, reserve: reserveFile?.allocated ?? 0,
            limits: limits.fitting(room.total))
    }

    private static func room(_ directory: String) -> Room? {
        var disk = statvfs()
        guard statvfs(directory, &disk) == 0 else { return nil }
        let unit = Int(clamping: disk.f_frsize)
        return Room(
            free: product(Int(clamping: disk.f_bavail), unit), total: product(Int(clamping: disk.f_blocks), unit))
    }

    /// Network file systems report what does not fit.
    private static func product(_ count: Int, _ unit: Int) -> Int {
        let (bytes, isHuge) = count.multipliedReportingOverflow(by: unit)
        return isHuge ? .max : bytes
    }

    /// The reserve as the disk has it: an operator may delete the file to free its room, and then it is gone.
    private var reserveFile: (size: Int, allocated: Int)? {
        var file = stat()
        guard stat(reservePath, &file) == 0 else { return nil }
        return (Int(file.st_size), Int(file.st_blocks) * 512)
    }
}

// The reserve.
extension DiskSpace {
    /// Gives a slice of the reserve back to the disk, for a write that found none; false when the claim may have no more.
    func release(for claim: DiskClaim) -> Bool {
        look.withLock { look in
            guard claim != .ordinary, let size = reserveFile?.size, let status = lookNow(&look) else { return false }
            let floor = claim == .essential ? status.limits.reserve / 2 : 0
            let rest = max(floor, size - Self.slice(status.limits))
            guard rest < size, truncate(reservePath, off_t(rest)) == 0 else { return false }
            _ = lookNow(&look)
            return true
        }
    }

    /// Makes the reserve, or what of it the disk has room for, and cuts one that is larger than it should be. Blocks.
    ///
    /// - Returns: whether it is whole now.
    @discardableResult
    public func restore() -> Bool {
        look.withLock { look in
            guard let status = lookNow(&look) else { return false }
            let wanted = status.limits.reserve
            let size = reserveFile?.size ?? 0
            if size > wanted { return truncate(reservePath, off_t(wanted)) == 0 && lookNow(&look) != nil }
            guard status.reserve < wanted else { return true }
            // The room of one slice stays free, or the next write of the scheduler's would take the slice again.
            let slice = Self.slice(status.limits)
            let grown = min(wanted, status.reserve + (status.free - slice) / slice * slice)
            // A file system that keeps no blocks for zeros would be asked again and again.
            guard grown > max(status.reserve, size), allocate(grown, over: size) else { return false }
            return (lookNow(&look)?.reserve ?? 0) >= wanted
        }
    }

    private static func slice(_ limits: DiskLimits) -> Int {
        max(limits.reserve / 8, smallestSlice)
    }

    /// Real blocks, also where the file is larger than what was allocated of it.
    private func allocate(_ bytes: Int, over size: Int) -> Bool {
        let descriptor = open(reservePath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard posix_fallocate(descriptor, 0, off_t(bytes)) == 0 else {
            // What it did get would stand in the way of whoever filled the disk just now.
            ftruncate(descriptor, off_t(size))
            return false
        }
        return true
    }
}

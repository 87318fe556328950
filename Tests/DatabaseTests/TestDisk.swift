import Synchronization
import TestSupport

@testable import Database

/// A disk with as much room as the test says, and a real reserve in a folder.
final class TestDisk: Sendable {
    private final class Room: Sendable {
        let free: Mutex<Int>

        init(free: Int) { self.free = Mutex(free) }
    }

    let space: DiskSpace
    private let room: Room

    init(_ folder: TemporaryFolder, limits: DiskLimits, free: Int, total: Int = 1 << 30) {
        let room = Room(free: free)
        self.room = room
        space = DiskSpace(directory: folder.path, limits: limits) { _ in
            DiskSpace.Room(free: room.free.withLock { $0 }, total: total)
        }
    }

    /// Changes the room, and waits until that is noticed.
    func set(free: Int) async throws {
        room.free.withLock { $0 = free }
        try await eventually("the room is measured") { self.space.status?.free == free }
    }
}

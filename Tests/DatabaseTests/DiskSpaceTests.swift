import Glibc
import Testing

@testable import Database

@Suite("DiskSpace")
struct DiskSpaceTests {
    private static let mebibyte = 1 << 20
    private let limits = DiskLimits(reserve: 2 * mebibyte, minFree: 4 * mebibyte)

    private static func file(_ path: String) -> (size: Int, allocated: Int)? {
        var status = stat()
        return stat(path, &status) == 0 ? (Int(status.st_size), Int(status.st_blocks) * 512) : nil
    }

    @Test("The reserve is made of real blocks")
    func allocation() throws {
        let folder = try TemporaryFolder()
        let space = DiskSpace(directory: folder.path, limits: limits)
        #expect(Self.file(folder.path(of: "reserve")) == nil, "nothing is made before it is asked for")
        #expect(space.restore())
        let file = try #require(Self.file(folder.path(of: "reserve")))
        #expect(file.size == limits.reserve)
        #expect(file.allocated >= limits.reserve)
        #expect(space.status?.reserve == file.allocated)
    }

    @Test("It is given away in slices: half of it for what is essential, all of it for what removes")
    func release() throws {
        let folder = try TemporaryFolder()
        let space = TestDisk(folder, limits: limits, free: 100 * Self.mebibyte).space
        #expect(space.restore())
        #expect(!space.release(for: .ordinary))
        var sizes: [Int] = []
        while space.release(for: .essential) { sizes.append(Self.file(folder.path(of: "reserve"))?.size ?? -1) }
        #expect(sizes == (4..<8).reversed().map { $0 * Self.mebibyte / 4 })
        while space.release(for: .removal) { sizes.append(Self.file(folder.path(of: "reserve"))?.size ?? -1) }
        #expect(sizes == (0..<8).reversed().map { $0 * Self.mebibyte / 4 })
        #expect(!space.release(for: .removal))
        #expect(space.restore(), "and it is made again")
    }

    @Test("What the reserve gave away is no room for others, nor is what an operator took by deleting it")
    func room() async throws {
        let folder = try TemporaryFolder()
        let disk = TestDisk(folder, limits: limits, free: 5 * Self.mebibyte)
        #expect(disk.space.isLow, "five mebibytes are three once the reserve is made")
        #expect(disk.space.restore())
        #expect(!disk.space.isLow)
        try await disk.set(free: 4 * Self.mebibyte - 1)
        #expect(disk.space.isLow)
        try await disk.set(free: 5 * Self.mebibyte)
        #expect(!disk.space.isLow)
        unlink(folder.path(of: "reserve"))
        try await disk.set(free: 5 * Self.mebibyte + 1)
        #expect(disk.space.isLow)
    }

    @Test("It grows only as far as there is room, and one slice stays free")
    func partly() async throws {
        let folder = try TemporaryFolder()
        let slice = limits.reserve / 8
        let disk = TestDisk(folder, limits: limits, free: slice + slice / 2)
        #expect(!disk.space.restore())
        #expect(Self.file(folder.path(of: "reserve")) == nil)
        try await disk.set(free: 3 * slice + 1)
        #expect(!disk.space.restore())
        #expect(disk.space.status?.reserve == 2 * slice)
        try await disk.set(free: 7 * slice)
        #expect(disk.space.restore())
        #expect(disk.space.status?.reserve == 8 * slice)
    }

    @Test("On a small disk the limits leave room for data, and a reserve that is too large is cut")
    func smallDisk() throws {
        let folder = try TemporaryFolder()
        let large = TestDisk(folder, limits: limits, free: 100 * Self.mebibyte)
        #expect(large.space.restore())
        let small = TestDisk(folder, limits: limits, free: 3 * Self.mebibyte, total: 16 * Self.mebibyte)
        #expect(small.space.status?.limits == DiskLimits(reserve: Self.mebibyte, minFree: 2 * Self.mebibyte))
        #expect(small.space.restore())
        #expect(Self.file(folder.path(of: "reserve"))?.size == Self.mebibyte)
    }

    @Test("Without limits there is no reserve and never too little room; a disk that cannot be asked is not low")
    func none() throws {
        let folder = try TemporaryFolder()
        let space = TestDisk(folder, limits: DiskLimits(reserve: 0, minFree: 0), free: 0).space
        #expect(space.restore())
        #expect(!space.isLow)
        #expect(!space.release(for: .removal))
        #expect(Self.file(folder.path(of: "reserve")) == nil)
        let gone = DiskSpace(directory: folder.path(of: "missing"), limits: limits)
        #expect(gone.status == nil)
        #expect(!gone.isLow)
        #expect(!gone.restore())
        #expect(!gone.release(for: .removal))
    }
}

import Database
import Foundation
import Testing

@Suite("DataDirectory")
struct DataDirectoryTests {
    @Test("The directory and its parents are made, for its user alone")
    func creation() throws {
        let folder = try TemporaryFolder()
        let directory = try DataDirectory(path: folder.path(of: "a/b/var"))
        let mode = try FileManager.default.attributesOfItem(atPath: directory.path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
        #expect(directory.path(of: "state.db") == directory.path + "/state.db")
        directory.release()
    }

    @Test("A second holder in this process is refused, and may come after a release")
    func secondHolder() throws {
        let folder = try TemporaryFolder()
        let first = try DataDirectory(path: folder.path)
        let error = #expect(throws: DataDirectoryError.self) { _ = try DataDirectory(path: folder.path) }
        #expect(error?.code == .inUse)
        #expect(error?.holder == ProcessInfo.processInfo.processIdentifier)
        first.release()
        first.release()
        let second = try DataDirectory(path: folder.path)
        second.release()
    }

    @Test("A holder in another process is named; when it is killed, the lock is free")
    func otherProcess() async throws {
        let folder = try TemporaryFolder()
        let lock = folder.path(of: "lock")
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        // -F: without a fork, so that the lock's holder is the process that we kill.
        holder.arguments = ["-F", lock, "sleep", "60"]
        try holder.run()
        try await until { FileManager.default.fileExists(atPath: lock) }
        try "\(holder.processIdentifier)\n".write(toFile: lock, atomically: false, encoding: .utf8)
        try await until {
            guard let directory = try? DataDirectory(path: folder.path) else { return true }
            directory.release()
            return false
        }
        try "\(holder.processIdentifier)\n".write(toFile: lock, atomically: false, encoding: .utf8)
        let error = #expect(throws: DataDirectoryError.self) { _ = try DataDirectory(path: folder.path) }
        #expect(error?.code == .inUse)
        #expect(error?.holder == holder.processIdentifier)
        #expect(error?.message.contains("process \(holder.processIdentifier)") == true)
        kill(holder.processIdentifier, SIGKILL)
        holder.waitUntilExit()
        try DataDirectory(path: folder.path).release()
    }

    @Test("A file in the directory's place is refused")
    func file() throws {
        let folder = try TemporaryFolder()
        try "x".write(toFile: folder.path(of: "var"), atomically: false, encoding: .utf8)
        let error = #expect(throws: DataDirectoryError.self) { _ = try DataDirectory(path: folder.path(of: "var")) }
        #expect(error?.code == .unusable)
        #expect(throws: DataDirectoryError.self) { _ = try DataDirectory(path: folder.path(of: "var/deeper")) }
        #expect(throws: DataDirectoryError.self) { _ = try DataDirectory(path: "/proc/trivet") }
    }
}

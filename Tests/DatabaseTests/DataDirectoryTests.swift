import Database
import Foundation
import TestSupport
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
        // -F: without a fork, so that the lock's holder is the process that we kill.
        let holder = try ChildProcess("/usr/bin/flock", ["-F", lock, "/usr/bin/sleep", "infinity"], environment: [:])
        defer { holder.send(SIGKILL) }
        try await eventually("the lock is held") {
            guard FileManager.default.fileExists(atPath: lock) else { return false }
            guard let directory = try? DataDirectory(path: folder.path) else { return true }
            directory.release()
            return false
        }
        try "\(holder.pid)\n".write(toFile: lock, atomically: false, encoding: .utf8)
        let error = #expect(throws: DataDirectoryError.self) { _ = try DataDirectory(path: folder.path) }
        #expect(error?.code == .inUse)
        #expect(error?.holder == holder.pid)
        #expect(error?.message.contains("process \(holder.pid)") == true)
        holder.send(SIGKILL)
        _ = await holder.wait()
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

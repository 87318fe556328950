import CLinux
import Glibc

/// The kernel's word on what changes in folders.
final class Inotify: Sendable {
    /// One change.
    struct Change: Sendable {
        /// The folder, as `watch` numbered it.
        let folder: Int32
        let mask: UInt32
        /// The name in the folder; empty for the folder itself.
        let name: [UInt8]

        func has(_ bits: Int32) -> Bool { mask & UInt32(bitPattern: bits) != 0 }
        var isFolder: Bool { has(IN_ISDIR) }
    }

    private let descriptor: Int32

    init() throws(ObjectStorageError) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { throw FileCalls.failure("watch", "folders") }
    }

    deinit { close(descriptor) }

    /// Watches a folder, not what is in its folders; links are not followed. Returns its number, nil when the folder
    /// is gone.
    func watch(_ path: String) throws(ObjectStorageError) -> Int32? {
        let mask =
            UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_MOVED_FROM) | UInt32(IN_CREATE)
            | UInt32(IN_DELETE) | UInt32(IN_ONLYDIR) | UInt32(IN_DONT_FOLLOW) | UInt32(IN_EXCL_UNLINK)
        let folder = inotify_add_watch(descriptor, path, mask)
        if folder >= 0 { return folder }
        if errno == ENOENT || errno == ENOTDIR || errno == ELOOP { return nil }
        throw FileCalls.failure("watch", path)
    }

    /// What has changed; waits for it at most so long.
    func changes(within milliseconds: Int32) -> [Change] {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&state, 1, milliseconds) > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var changes: [Change] = []
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return changes }
            Self.parse(buffer[..<count], into: &changes)
        }
    }

    private static func parse(_ bytes: ArraySlice<UInt8>, into changes: inout [Change]) {
        bytes.withUnsafeBytes { bytes in
            var offset = 0
            let head = 16
            while offset + head <= bytes.count {
                let folder = bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)
                let mask = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
                let name = bytes[(offset + head)..<min(bytes.count, offset + head + length)].prefix { $0 != 0 }
                changes.append(Change(folder: folder, mask: mask, name: Array(name)))
                offset += head + length
            }
        }
    }
}

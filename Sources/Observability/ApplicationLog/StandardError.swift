import Glibc
import Synchronization

/// Standard error, a whole line at a time.
enum StandardError {
    /// Long lines take several writes; without the lock another line could come between them.
    private static let lock = Mutex(())

    /// Writes a line. What cannot be written is lost: there is no other place to say so.
    static func write(_ line: [UInt8]) {
        lock.withLock { _ in write(line, to: STDERR_FILENO) }
    }

    static func write(_ line: [UInt8], to descriptor: Int32) {
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // Whoever reads is slow and shares a non-blocking pipe with us: wait a little, but not for ever.
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&waiting, 1, 1000) > 0 else { return }
            } else if errno != EINTR {
                return
            }
        }
    }
}

import Glibc

/// A file descriptor as a sink.
struct DescriptorSink: OutputSink {
    let descriptor: Int32

    func write(_ bytes: [UInt8]) throws(OutputError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                // stdout may be a pipe that somebody made non-blocking.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if errno == EPIPE {
                throw .closed
            } else if errno != EINTR {
                throw .failed(String(cString: strerror(errno)))
            }
        }
    }

    /// A pipe whose reader has gone reports POLLERR without being written to.
    var isClosed: Bool {
        var state = pollfd(fd: descriptor, events: 0, revents: 0)
        guard poll(&state, 1, 0) > 0 else { return false }
        return state.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
    }
}

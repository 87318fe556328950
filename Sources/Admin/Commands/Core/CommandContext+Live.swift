import Glibc

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension CommandContext {
    /// The real streams, files and sockets.
    public static func live() -> CommandContext {
        CommandContext(
            environment: ProcessInfo.processInfo.environment,
            output: DescriptorSink(descriptor: STDOUT_FILENO),
            messages: DescriptorSink(descriptor: STDERR_FILENO),
            terminal: Terminal(
                input: isatty(STDIN_FILENO) == 1, output: isatty(STDOUT_FILENO) == 1,
                messages: isatty(STDERR_FILENO) == 1,
                columns: columns(of: STDOUT_FILENO)),
            readLine: { Swift.readLine() },
            readFile: { path throws(CommandError) in try readWholeFile(path) },
            // What may not be looked at may well be there; then the error says so.
            fileExists: { access($0, F_OK) == 0 || errno == EACCES },
            connect: { SocketTransport(socketPath: $0) },
            sleep: { try await Task.sleep(for: $0) })
    }
}

/// The width of a terminal; nil for what is none.
private func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
}

private func readWholeFile(_ path: String) throws(CommandError) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
        throw CommandError(
            errno == ENOENT ? .usage : .failed, "cannot open \(path): \(String(cString: strerror(errno)))")
    }
    defer { if path != "-" { close(descriptor) } }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count > 0 {
            bytes.append(contentsOf: chunk[..<count])
        } else if count == 0 {
            return bytes
        } else if errno != EINTR {
            throw CommandError(.failed, "cannot read \(path): \(String(cString: strerror(errno)))")
        }
    }
}

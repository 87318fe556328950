/// Cuts a streamed answer into its lines. A last line without newline is half a line, and not given out.
struct LineStream {
    private let stream: AdminStream
    private var buffer: [UInt8] = []
    private var position = 0

    /// A line is one record: the daemon's limits on requests bound it far below this.
    private static let maximumLine = 16 * 1024 * 1024

    init(_ stream: AdminStream) {
        self.stream = stream
    }

    /// The next line without its newline; nil at the end.
    mutating func next() async throws -> [UInt8]? {
        var searched = position
        while true {
            if let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { position = newline + 1 }
                return Array(buffer[position..<newline])
            }
            buffer.removeFirst(position)
            position = 0
            searched = buffer.count
            guard buffer.count <= Self.maximumLine else {
                throw CommandError(.failed, "the daemon sent a line without end")
            }
            guard let chunk = try await stream.next() else { return nil }
            buffer += chunk
        }
    }
}

/// The part of a query that looks at a record, prepared for many records.
struct RecordFilter: Sendable {
    private let query: RequestLogQuery
    /// The text in lower case, as bytes; nil where any will do.
    let needle: [UInt8]?
    private let since: Int64
    private let until: Int64

    init(_ query: RequestLogQuery) {
        self.query = query
        let text = query.text ?? ""
        needle = text.isEmpty ? nil : text.utf8.map(RecordFilter.lowercased)
        since = query.since ?? .min
        until = query.until ?? .max
    }

    func matches(time: Int64) -> Bool {
        time >= since && (time < until || query.until == nil)
    }

    func matches(_ shape: Shape) -> Bool {
        RecordFilter.contains(query.services, shape.service.text)
            && RecordFilter.contains(query.methods, shape.method.text)
            && RecordFilter.contains(query.routes, shape.route.text)
            && (query.severities.isEmpty || query.severities.contains(shape.severity))
            && (query.statuses.isEmpty || query.statuses.contains { $0.matches(shape.status) })
    }

    /// Whether the text stands in what a shape says.
    func findsText(in shape: Shape) -> Bool {
        [shape.service, shape.method, shape.route, shape.protocol].contains { findsText(in: $0.text) }
    }

    func findsText(in text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in findsText(in: UnsafeRawBufferPointer(bytes)) }
    }

    func findsText(in bytes: UnsafeRawBufferPointer) -> Bool {
        guard let needle, let first = needle.first else { return true }
        guard bytes.count >= needle.count else { return false }
        for start in 0...(bytes.count - needle.count) where RecordFilter.lowercased(bytes[start]) == first {
            if needle.indices.allSatisfy({ RecordFilter.lowercased(bytes[start + $0]) == needle[$0] }) { return true }
        }
        return false
    }

    private static func contains(_ wanted: Set<String>, _ text: String) -> Bool {
        wanted.isEmpty || wanted.contains { ByteText($0) == ByteText(text) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

/// What many records of a service have in common, kept once a segment.
struct Shape: Hashable {
    let severity: Severity
    let service: ByteText
    let method: ByteText
    let status: Int
    let `protocol`: ByteText
    let route: ByteText

    init(
        severity: Severity, service: String, method: String, status: Int, protocol: String, route: String
    ) {
        self.severity = severity
        self.service = ByteText(service)
        self.method = ByteText(method)
        self.status = status
        self.protocol = ByteText(`protocol`)
        self.route = ByteText(route)
    }

    init(_ record: RequestRecord) {
        self.init(
            severity: record.severity, service: record.service, method: record.method, status: record.status,
            protocol: record.protocol, route: record.route)
    }
}

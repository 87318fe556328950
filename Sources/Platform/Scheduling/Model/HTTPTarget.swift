import JSON
public import Transfer

/// A URL that a job calls, and how.
public struct HTTPTarget: Sendable, Hashable {
    /// An absolute `http://` or `https://` URL.
    public var uri: String
    /// One of `GET`, `POST`, `PUT`, `PATCH`, `DELETE`, `HEAD`, `OPTIONS`.
    public var method: String
    /// Headers sent beside the scheduler's own, which win.
    public var headers: [TransferHeader]
    /// The body, for `POST`, `PUT` and `PATCH`.
    public var body: [UInt8]
    /// The ID token that calls carry; nil for none.
    public var oidcToken: OIDCToken?

    /// A target.
    public init(
        uri: String, method: String = "POST", headers: [TransferHeader] = [], body: [UInt8] = [],
        oidcToken: OIDCToken? = nil
    ) {
        self.uri = uri
        self.method = method
        self.headers = headers
        self.body = body
        self.oidcToken = oidcToken
    }

    func validate() throws(SchedulingError) {
        let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
        guard methods.contains(where: { $0.hasSameBytes(as: method) }) else {
            throw SchedulingError(.invalidJob, "httpMethod is one of \(methods.joined(separator: ", "))")
        }
        guard body.isEmpty || methods[1...3].contains(where: { $0.hasSameBytes(as: method) }) else {
            throw SchedulingError(.invalidJob, "\(method) takes no body")
        }
        try oidcToken?.validate()
        guard oidcToken == nil || headers["Authorization"] == nil else {
            throw SchedulingError(.invalidJob, "a job with an ID token has no Authorization header of its own")
        }
        do throws(TransferError) {
            try TransferRequest(method: method, url: uri, headers: headers, body: body).check()
        } catch {
            throw SchedulingError(.invalidJob, "uri: \(error.message)")
        }
    }
}

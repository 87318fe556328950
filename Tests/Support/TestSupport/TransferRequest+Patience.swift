package import Transfer

extension TransferRequest {
    /// A request as a test makes it: it fails when there will be no answer, and not for a machine that is busy.
    package static func patient(
        method: String = "GET", url: String, headers: [TransferHeader] = [], body: [UInt8] = [],
        unixSocketPath: String? = nil, connectTo: [String: Address] = [:], timeout: Duration? = patience,
        maximumResponseBytes: Int = 16 * 1024 * 1024, followRedirects: Bool = false, useProxy: Bool = false,
        reuseConnection: Bool = true, caCertificatesFile: String? = nil, peerName: String? = nil
    ) -> TransferRequest {
        TransferRequest(
            method: method, url: url, headers: headers, body: body, unixSocketPath: unixSocketPath,
            connectTo: connectTo, timeout: timeout, connectTimeout: patience,
            maximumResponseBytes: maximumResponseBytes, followRedirects: followRedirects, useProxy: useProxy,
            reuseConnection: reuseConnection, caCertificatesFile: caCertificatesFile, peerName: peerName)
    }
}

import CCurl

/// A request in libcurl's options.
extension EasyTransfer {
    /// Sets everything; what libcurl refuses is thrown.
    func configure() throws(TransferError) {
        let request = order.request
        try connectCallbacks()
        try setLimits(request)
        try set(ccurl_set_string(easy, CURLOPT_URL, request.url))
        // Object names and the like keep their dots: the URL is sent as it is written.
        try set(ccurl_set_long(easy, CURLOPT_PATH_AS_IS, 1))
        try setConnection(request)
        try setRedirects(request)
        try setMethodAndBody(request)
        try setHeaders(request)
    }

    private func setLimits(_ request: TransferRequest) throws(TransferError) {
        try set(ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1))
        // Without it a transfer that ends while its name is being resolved blocks the whole loop until the resolver's
        // thread is done.
        try set(ccurl_set_long(easy, CURLOPT_QUICK_EXIT, 1))
        try set(ccurl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https"))
        try set(ccurl_set_string(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https"))
        try set(ccurl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)))
        try set(ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, request.timeout.map(\.curlMilliseconds) ?? 0))
        try set(ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.curlMilliseconds))
        // Refuses by Content-Length before the body comes; 0 would mean no limit, and HEAD has no body to limit.
        if request.maximumResponseBytes > 0, !request.method.hasSameText(as: "HEAD") {
            let limit = curl_off_t(request.maximumResponseBytes)
            try set(ccurl_set_offset(easy, CURLOPT_MAXFILESIZE_LARGE, limit))
        }
    }

    private func setConnection(_ request: TransferRequest) throws(TransferError) {
        if !request.useProxy { try set(ccurl_set_string(easy, CURLOPT_NOPROXY, "*")) }
        if let path = request.unixSocketPath { try set(ccurl_set_string(easy, CURLOPT_UNIX_SOCKET_PATH, path)) }
        let rules = request.connectTo.map { from, to in
            "\(from):\(to.host.utf8.contains(UInt8(ascii: ":")) ? "[\(to.host)]" : to.host):\(to.port)"
        }
        try setList(CURLOPT_CONNECT_TO, rules)
        if !request.reuseConnection { try set(ccurl_set_long(easy, CURLOPT_FRESH_CONNECT, 1)) }
        // Below the 75 s after which our own services close an idle connection.
        try set(ccurl_set_long(easy, CURLOPT_MAXAGE_CONN, 60))
        try set(ccurl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1))
        try set(ccurl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1))
        try set(ccurl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2))
        if let file = request.caCertificatesFile {
            try set(ccurl_set_string(easy, CURLOPT_CAINFO, file))
            // The file is in place of the system's authorities, not beside them.
            try set(ccurl_set_string(easy, CURLOPT_CAPATH, nil))
        }
    }

    private func setRedirects(_ request: TransferRequest) throws(TransferError) {
        try set(ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, request.followRedirects ? 1 : 0))
        try set(ccurl_set_long(easy, CURLOPT_MAXREDIRS, 10))
    }

    private func setMethodAndBody(_ request: TransferRequest) throws(TransferError) {
        let method = request.method
        if method.hasSameText(as: "HEAD") { return try set(ccurl_set_long(easy, CURLOPT_NOBODY, 1)) }
        let sendsLength = ["POST", "PUT", "PATCH"].contains { method.hasSameText(as: $0) }
        if sendsLength || !request.body.isEmpty {
            // libcurl copies the bytes, for which it must know their number first.
            try set(ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count)))
            let bytes = request.body.isEmpty ? [0] : request.body
            let code = bytes.withUnsafeBytes { bytes in
                ccurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            }
            try set(code)
        }
        // GET and POST as libcurl's own, so that it changes them on a redirect as HTTP wants; others by their name.
        let isPlain = request.body.isEmpty ? method.hasSameText(as: "GET") : false
        if !isPlain, !method.hasSameText(as: "POST") {
            try set(ccurl_set_string(easy, CURLOPT_CUSTOMREQUEST, method))
        }
    }

    private func setHeaders(_ request: TransferRequest) throws(TransferError) {
        var lines = request.headers.map { header in
            // `Name:` would remove a header of libcurl's own; `Name;` sends one without a value.
            header.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
                ? "\(header.name);" : "\(header.name): \(header.value)"
        }
        // Neither a content type that nobody set, nor a round trip of asking before a body is sent.
        for name in ["Content-Type", "Expect"] where request.headers[name] == nil {
            lines.append("\(name):")
        }
        try setList(CURLOPT_HTTPHEADER, lines)
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, 1 to what libcurl takes (24 days): its 0 would be no limit at all.
    fileprivate var curlMilliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < Int64(Int32.max) / 1000 else { return Int(Int32.max) }
        guard seconds >= 0, attoseconds >= 0 else { return 1 }
        let (whole, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
        return max(1, Int(seconds * 1000 + whole + (rest > 0 ? 1 : 0)))
    }
}

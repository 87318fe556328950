import CCurl

/// One easy handle and what belongs to it. Lives on the loop's thread alone.
///
/// libcurl's callbacks reach it through the handle's context pointer: `init` retains the object for the handle, and
/// `close` releases it after the handle is gone, so that a callback can never find it freed.
final class EasyTransfer {
    let order: TransferOrder
    let easy: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private var headReader = HeadReader()
    private var isHeadDelivered = false
    private var received = 0
    private var refusal: TransferError?
    private var hasEndedEarly = false
    private var handleReference: Unmanaged<EasyTransfer>?

    /// Nil when libcurl has no memory for a handle.
    init?(order: TransferOrder) {
        guard let easy = curl_easy_init() else { return nil }
        self.order = order
        self.easy = easy
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        handleReference = Unmanaged.passRetained(self)
    }

    deinit {
        errorText.deallocate()
    }

    /// Frees the handle; it must not be in a multi handle any more.
    func close() {
        guard let reference = handleReference else { return }
        handleReference = nil
        curl_easy_cleanup(easy)
        for list in lists { curl_slist_free_all(list) }
        lists = []
        reference.release()
    }

    /// Tells the sink how libcurl says that it ended.
    func finish(_ code: CURLcode) {
        if let refusal { return order.finish(.failure(refusal)) }
        if hasEndedEarly { return order.finish(.success(timing())) }
        guard code == CURLE_OK else {
            let detail = String(cString: errorText)
            return order.finish(.failure(CurlResult.error(code, detail: detail, request: order.request)))
        }
        guard headReader.status >= 200 else {
            return order.finish(.failure(error(.protocolError, "the answer has no status line")))
        }
        deliverHead()
        order.finish(.success(timing()))
    }

    func error(_ code: TransferError.Code, _ reason: String) -> TransferError {
        TransferError(code, "\(order.request.method) \(order.request.shownURL): \(reason)")
    }

    /// Hands libcurl the callbacks; their context is this object.
    func connectCallbacks() throws(TransferError) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        try set(ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText))
        try set(ccurl_set_write_function(easy, CURLOPT_HEADERFUNCTION, receiveHeader))
        try set(ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context))
        try set(ccurl_set_write_function(easy, CURLOPT_WRITEFUNCTION, receiveBody))
        try set(ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context))
    }

    /// Hands libcurl a list of lines that lives as long as the handle.
    func setList(_ option: CURLoption, _ lines: [String]) throws(TransferError) {
        guard !lines.isEmpty else { return }
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                throw error(.other, "out of memory")
            }
            list = longer
        }
        if let list { lists.append(list) }
        try set(ccurl_set_list(easy, option, list))
    }

    func set(_ code: CURLcode) throws(TransferError) {
        guard code == CURLE_OK else { throw CurlResult.error(code, detail: "", request: order.request) }
    }

    /// A header line from libcurl; the count of bytes taken, where fewer than given ends the transfer.
    fileprivate func takeHeader(_ line: UnsafeRawBufferPointer) -> Int {
        // Behind the head only trailers come.
        if isHeadDelivered { return line.count }
        guard let isWhole = headReader.take(line) else {
            refusal = error(.tooLarge, "the answer's head is over \(HeadReader.maximumBytes) bytes")
            return 0
        }
        if line.trimmingSpace().isEmpty, headReader.status == order.request.finalInterimStatus {
            // The rest of the answer is not waited for: that ends the connection.
            hasEndedEarly = true
            deliverHead()
            return 0
        }
        if isWhole, !isFollowedRedirect { deliverHead() }
        return line.count
    }

    fileprivate func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        deliverHead()
        guard bytes.count <= order.request.maximumResponseBytes - received else {
            refusal = error(.tooLarge, "the answer is over \(order.request.maximumResponseBytes) bytes")
            return 0
        }
        guard order.sink.body(bytes) else { return ccurl_write_pause() }
        received += bytes.count
        return bytes.count
    }

    private var isFollowedRedirect: Bool {
        order.request.followRedirects && (300..<400).contains(headReader.status)
            && headReader.headers["Location"] != nil
    }

    private func deliverHead() {
        guard !isHeadDelivered else { return }
        isHeadDelivered = true
        order.sink.head(status: headReader.status, headers: headReader.headers)
    }

    private func timing() -> TransferTiming {
        func duration(_ info: CURLINFO) -> Duration {
            var microseconds: curl_off_t = 0
            ccurl_get_offset(easy, info, &microseconds)
            return .microseconds(Int64(microseconds))
        }
        var connections = 0
        ccurl_get_long(easy, CURLINFO_NUM_CONNECTS, &connections)
        return TransferTiming(
            connected: max(duration(CURLINFO_CONNECT_TIME_T), duration(CURLINFO_APPCONNECT_TIME_T)),
            firstByte: duration(CURLINFO_STARTTRANSFER_TIME_T), total: duration(CURLINFO_TOTAL_TIME_T),
            newConnections: connections)
    }
}

private let receiveHeader: curl_write_callback = { pointer, size, count, context in
    receive(pointer, size, count, context) { $0.takeHeader($1) }
}

private let receiveBody: curl_write_callback = { pointer, size, count, context in
    receive(pointer, size, count, context) { $0.takeBody($1) }
}

private func receive(
    _ pointer: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?,
    _ take: (EasyTransfer, UnsafeRawBufferPointer) -> Int
) -> Int {
    guard let context else { return 0 }
    let transfer = Unmanaged<EasyTransfer>.fromOpaque(context).takeUnretainedValue()
    return take(transfer, UnsafeRawBufferPointer(start: pointer, count: size &* count))
}

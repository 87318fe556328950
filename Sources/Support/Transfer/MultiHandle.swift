import CCurl

/// A multi handle. It belongs to the loop's thread; other threads may only wake it.
///
/// Sendable without the compiler's proof: `wakeUp` is the one call made off the thread, libcurl documents
/// curl_multi_wakeup as thread-safe, and TransferLoop makes it under the lock under which it gives the handle up before
/// `free`. All else is called by the thread alone.
struct MultiHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer

    init?(_ configuration: TransferConfiguration) {
        guard let pointer = curl_multi_init() else { return nil }
        self.pointer = pointer
        ccurl_multi_set_long(pointer, CURLMOPT_MAX_TOTAL_CONNECTIONS, max(0, configuration.maximumConnections))
        ccurl_multi_set_long(pointer, CURLMOPT_MAX_HOST_CONNECTIONS, max(0, configuration.maximumConnectionsPerHost))
        ccurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, max(1, configuration.maximumIdleConnections))
    }

    func wakeUp() {
        curl_multi_wakeup(pointer)
    }

    func free() {
        curl_multi_cleanup(pointer)
    }
}

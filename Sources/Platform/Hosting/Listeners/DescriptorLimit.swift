import Glibc

/// How many descriptors the process may have open. Many systems start it with 1,024, fewer than the connections that
/// the limits allow; what it may be raised to is usually far more.
enum DescriptorLimit {
    /// Raises the soft limit to the hard one, at most to 2^20.
    ///
    /// - Returns: the limit that now holds.
    @discardableResult
    static func raise() -> UInt {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        let wanted = min(limit.rlim_max, 1 << 20)
        guard limit.rlim_cur < wanted else { return limit.rlim_cur }
        var raised = limit
        raised.rlim_cur = wanted
        return setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 ? wanted : limit.rlim_cur
    }
}

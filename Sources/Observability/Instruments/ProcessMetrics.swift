import Glibc

/// The standard `process_*` metrics, read from /proc at each exposition, and `trivet_build_info`.
public struct ProcessMetrics: Sendable {
    private static let helps = [
        ("process_cpu_seconds_total", "Total user and system CPU time spent in seconds."),
        ("process_open_fds", "Number of open file descriptors."),
        ("process_max_fds", "Maximum number of open file descriptors."),
        ("process_virtual_memory_bytes", "Virtual memory size in bytes."),
        ("process_virtual_memory_max_bytes", "Maximum amount of virtual memory available in bytes."),
        ("process_resident_memory_bytes", "Resident memory size in bytes."),
        ("process_heap_bytes", "Process heap size in bytes."),
        ("process_start_time_seconds", "Start time of the process since unix epoch in seconds."),
        ("process_threads", "Number of OS threads in the process."),
        ("trivet_build_info", "The version of the running program; the value is always 1."),
    ]

    private let version: String
    private let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    private let pageSize = Double(sysconf(Int32(_SC_PAGESIZE)))
    private let bootTime = Self.readBootTime()

    /// Metrics of this process, which is a program of this version.
    public init(version: String) {
        self.version = version
    }

    /// Adds the metrics to `registry`. What /proc does not tell is left out.
    public func register(in registry: MetricRegistry) {
        for (name, help) in Self.helps { registry.describe(name, help: help) }
        registry.set(gauge: "trivet_build_info", [("version", version)], to: 1)
        registry.addCollector { collect(into: $0) }
    }

    private func collect(into registry: MetricRegistry) {
        if let stat = ProcFile.read("/proc/self/stat").flatMap(Self.fields) { collect(stat: stat, into: registry) }
        if let limits = ProcFile.read("/proc/self/limits") {
            Self.limit("Max open files", in: limits).map { registry.set(gauge: "process_max_fds", to: $0) }
            Self.limit("Max address space", in: limits)
                .map { registry.set(gauge: "process_virtual_memory_max_bytes", to: $0) }
        }
        if let heap = ProcFile.read("/proc/self/status").flatMap(Self.dataSize) {
            registry.set(gauge: "process_heap_bytes", to: heap)
        }
        if let count = ProcFile.countEntries("/proc/self/fd") {
            // One of them was the directory being read.
            registry.set(gauge: "process_open_fds", to: Double(count - 1))
        }
    }

    private func collect(stat: [Double], into registry: MetricRegistry) {
        registry.set(counter: "process_cpu_seconds_total", to: (stat[11] + stat[12]) / ticksPerSecond)
        registry.set(gauge: "process_threads", to: stat[17])
        if let bootTime {
            registry.set(gauge: "process_start_time_seconds", to: bootTime + stat[19] / ticksPerSecond)
        }
        registry.set(gauge: "process_virtual_memory_bytes", to: stat[20])
        registry.set(gauge: "process_resident_memory_bytes", to: stat[21] * pageSize)
    }

    /// The numbers of /proc/self/stat from its third field on (which is a letter, and reads 0), or nil if they are too
    /// few. The second field, the program's name in parentheses, may itself hold blanks and parentheses.
    static func fields(ofStat text: String) -> [Double]? {
        guard let end = text.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[end...].split(whereSeparator: \.isWhitespace).dropFirst().map { Double($0) ?? 0 }
        return fields.count >= 22 ? fields : nil
    }

    /// The soft limit `name` of /proc/self/limits; without limit, 2^64 as Prometheus' own client has it.
    static func limit(_ name: String, in limits: String) -> Double? {
        guard let line = limits.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
            let value = line.dropFirst(name.count).split(separator: " ").first
        else { return nil }
        return value == "unlimited" ? Double(UInt64.max) : Double(value)
    }

    /// The size of private data (heap and stacks) of /proc/self/status in bytes.
    static func dataSize(ofStatus text: String) -> Double? {
        text.split(separator: "\n").first { $0.hasPrefix("VmData:") }?
            .split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }.map { $0 * 1024 }
    }

    private static func readBootTime() -> Double? {
        ProcFile.read("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }
            .flatMap { Double($0.dropFirst("btime ".count)) }
    }
}

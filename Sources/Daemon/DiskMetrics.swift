import Glibc
import Instruments

/// The room on the data directory's disk, looked at when somebody asks.
struct DiskMetrics {
    let path: String

    private static let free = "trivet_disk_free_bytes"

    func register(in registry: MetricRegistry) {
        registry.describe(Self.free, help: "Room on the data directory's disk.")
        registry.addCollector { registry in
            var status = statvfs()
            guard statvfs(path, &status) == 0 else { return }
            registry.set(gauge: Self.free, to: Double(status.f_bavail) * Double(status.f_frsize))
        }
    }
}

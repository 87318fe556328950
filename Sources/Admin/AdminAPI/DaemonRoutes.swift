import AdminModel
import Datastore
import Glibc
import Health
import Hosting
import JSON
import RequestLog
import Settings

/// What the daemon is: status, version, health, services.
struct DaemonRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        [
            read(AdminPath.status) { _ in .model(await status()) },
            read(AdminPath.version) { _ in .model(DaemonVersion(version: parts.version)) },
            read(AdminPath.health) { _ in .model(await health()) },
            read(AdminPath.services) { _ in .model(ServiceList(services: services())) },
            read("\(AdminPath.services)/{service}") { call in .model(try service(call.parameter("service"))) },
        ]
    }

    private func status() async -> DaemonStatus {
        let report = await parts.health.report(.all)
        let settings = parts.settings.settings
        let counters = parts.requestLog.counters
        let dropped = DropReason.allCases.map { ($0.rawValue, Int64(counters.dropped[$0] ?? 0)) }
        return DaemonStatus(
            version: parts.version, pid: getpid(), phase: parts.health.phase.rawValue, health: Self.worst(report),
            project: settings.project, startTime: parts.startTime.rfc3339,
            uptimeSeconds: max(0, parts.now().since(parts.startTime).components.seconds),
            dataDirectory: absolute(settings.dataDirectory), configFile: parts.settings.loaded.configFile,
            addresses: bound().mapValues { $0.map(\.description) },
            requestLog: .init(
                served: Int64(counters.served), stored: Int64(counters.stored), buffered: Int64(counters.buffered),
                sampledOut: Int64(counters.sampledOut),
                dropped: Dictionary(dropped) { first, _ in first }))
    }

    /// The worst of the checks; the phase stands beside it, so that it does not count here.
    private static func worst(_ report: HealthReport) -> String {
        let names = report.checks.map(\.status.name)
        return ["fail", "warn"].first(where: names.contains) ?? "pass"
    }

    private func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private func health() async -> HealthInfo {
        let report = await parts.health.report(.all)
        let checks = report.checks.map { check in
            HealthInfo.Check(
                name: check.name, status: check.status.name, message: check.message,
                since: Timestamp(microseconds: check.since).rfc3339)
        }
        return HealthInfo(status: Self.worst(report), phase: report.phase.rawValue, checks: checks)
    }

    private func services() -> [ServiceInfo] {
        let bound = bound()
        return parts.settings.settings.services.map { service in
            let addresses = bound[service.name] ?? []
            return ServiceInfo(
                name: service.name, url: service.url ?? Self.url(addresses) ?? "",
                authentication: service.authentication.rawValue, allowUnauthenticated: service.allowUnauthenticated,
                listen: service.listen.map(\.description), addresses: addresses.map(\.description),
                audiences: service.audiences)
        }
    }

    private func bound() -> [String: [ListenAddress]] {
        Dictionary(grouping: parts.addresses(), by: \.service).mapValues { $0.map(\.address) }
    }

    /// The URL of the first TCP address.
    private static func url(_ addresses: [ListenAddress]) -> String? {
        for case .tcp(let host, let port) in addresses {
            return "http://\(ListenAddress.tcp(host: host, port: port))"
        }
        return nil
    }

    private func service(_ name: String) throws(AdminProblem) -> ServiceInfo {
        let services = services()
        guard let service = services.first(where: { $0.name.hasSameBytes(as: name) }) else {
            let names = services.map(\.name).joined(separator: ", ")
            throw .notFound("no service \"\(name)\"; there are: \(names)")
        }
        return service
    }
}

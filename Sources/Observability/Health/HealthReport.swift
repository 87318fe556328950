/// The answer of a health endpoint.
public struct HealthReport: Sendable, Hashable {
    /// The endpoint that was asked.
    public let endpoint: HealthEndpoint
    /// Where the daemon is in its life.
    public let phase: HealthPhase
    /// The worst of the checks; a failure too while `/readyz` or `/healthz` is asked and the daemon does not serve.
    public let status: HealthStatus
    /// The endpoint's checks, in the order in which they were given, without those that the caller excluded.
    public let checks: [CheckResult]
    /// The names that the caller excluded and that are checks of this endpoint (or `phase`).
    public let excluded: [String]
    /// The names that the caller excluded and that are no checks of this endpoint.
    public let unknownExclusions: [String]

    /// The name under which `/readyz` and `/healthz` show the daemon's phase, among the checks.
    public static let phaseCheck = "phase"

    /// Whether the daemon's phase is one of the endpoint's checks here.
    public var showsPhase: Bool { endpoint != .live && !excluded.contains(Self.phaseCheck) }

    /// The HTTP status: 200, or 503 when the endpoint fails.
    public var httpStatus: Int { status.isFailure ? 503 : 200 }

    /// The short answer: `ok` alone when the endpoint passes, else the verbose form, as Kubernetes has it.
    public var plain: String {
        status.isFailure ? verbose : "ok"
    }

    /// The long answer: a line for each check, and the sum of them, as Kubernetes has it.
    ///
    ///     [+]database ok
    ///     [-]disk failed: 12 MiB free
    ///     readyz check failed
    public var verbose: String {
        var lines: [String] = []
        if showsPhase {
            let isServing = phase == .serving
            lines.append(isServing ? "[+]\(Self.phaseCheck) ok" : "[-]\(Self.phaseCheck) failed: \(phase.rawValue)")
        }
        lines += checks.map(Self.line)
        lines += excluded.map { "[+]\($0) excluded: ok" }
        if !unknownExclusions.isEmpty {
            let names = unknownExclusions.map { "\"\($0)\"" }.joined(separator: ", ")
            lines.append("warn: some health checks cannot be excluded: no matches for \(names)")
        }
        lines.append("\(endpoint.rawValue) check \(status.isFailure ? "failed" : "passed")")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ result: CheckResult) -> String {
        switch result.status {
        case .pass: "[+]\(result.name) ok"
        case .warn(let message): "[+]\(result.name) ok: warning: \(oneLine(message))"
        case .fail(let message): "[-]\(result.name) failed: \(oneLine(message))"
        }
    }

    /// A message of several lines would look like several checks.
    private static func oneLine(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return String(String.UnicodeScalarView(scalars))
    }
}

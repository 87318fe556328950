/// What a health check found.
public enum HealthStatus: Sendable, Hashable {
    /// All is well.
    case pass
    /// It works, but somebody should look; the message says at what. A warning does not fail an endpoint.
    case warn(String)
    /// It does not work; the message says what and, where it is known, what to do.
    case fail(String)

    /// The message of a warning or failure.
    public var message: String? {
        switch self {
        case .pass: nil
        case .warn(let message), .fail(let message): message
        }
    }

    /// Whether it is a failure.
    public var isFailure: Bool {
        if case .fail = self { true } else { false }
    }

    /// `pass`, `warn` or `fail`.
    public var name: String {
        switch self {
        case .pass: "pass"
        case .warn: "warn"
        case .fail: "fail"
        }
    }

    /// 0, 1 or 2: the worse, the higher.
    var rank: Int {
        switch self {
        case .pass: 0
        case .warn: 1
        case .fail: 2
        }
    }
}

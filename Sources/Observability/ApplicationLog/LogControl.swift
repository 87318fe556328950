import Logging
public import Settings
import Synchronization

/// The level and the form of the application log while the daemon runs.
///
/// Loggers are copied early and kept everywhere, so their handlers share this one and ask it at each event. A level
/// that is set by hand goes before the settings' until its time is over; it is not kept over a restart.
public final class LogControl: Sendable {
    /// How the level stands.
    public struct Status: Sendable, Hashable {
        /// The level in force.
        public let level: LogLevel
        /// The level of the settings.
        public let setting: LogLevel
        /// Whether the level in force was set by hand.
        public let isOverridden: Bool
        /// When the settings' level comes back, in microseconds since 1970; nil: not by itself.
        public let until: Int64?
    }

    private struct Override {
        let level: LogLevel
        let until: Int64?
        let timer: Task<Void, Never>?
    }

    private struct State {
        var setting: LogLevel
        var override: Override?
        /// Counts what was set by hand, so that a timer ends only what it was started for.
        var round = 0
    }

    private let state: Mutex<State>
    /// What the hot path reads: the level's place among all.
    private let level: Atomic<Int>
    private let isJSON: Atomic<Bool>
    private let sleep: @Sendable (Duration) async throws -> Void

    /// The log of a start.
    ///
    /// - Parameters:
    ///   - settings: level and form.
    ///   - sleep: waits until a level set by hand is over.
    public init(
        _ settings: LogSettings,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        state = Mutex(State(setting: settings.level))
        level = Atomic(Self.place(settings.level))
        isJSON = Atomic(settings.format == .json)
        self.sleep = sleep
    }

    /// How the level stands.
    public var status: Status {
        state.withLock { state in
            Status(
                level: state.override?.level ?? state.setting, setting: state.setting,
                isOverridden: state.override != nil, until: state.override?.until)
        }
    }

    /// Takes new settings. A level that was set by hand stays until its time is over.
    public func apply(_ settings: LogSettings) {
        isJSON.store(settings.format == .json, ordering: .relaxed)
        state.withLock { state in
            state.setting = settings.level
            publish(state)
        }
    }

    /// Sets the level by hand.
    ///
    /// - Parameter duration: after which the settings' level comes back; nil: not before ``reset()`` or a restart.
    public func set(_ level: LogLevel, for duration: Duration?) {
        state.withLock { state in
            state.override?.timer?.cancel()
            state.round += 1
            let round = state.round
            let timer = duration.map { duration in
                // Detached: it outlives the request that set the level, and its lines would carry that one's id.
                Task.detached { [sleep, weak self] in
                    guard (try? await sleep(duration)) != nil else { return }
                    self?.expire(round)
                }
            }
            let until = duration.map { LogTime.now().microseconds(after: $0) }
            state.override = Override(level: level, until: until, timer: timer)
            publish(state)
        }
    }

    /// Brings the settings' level back.
    public func reset() {
        state.withLock { state in
            state.override?.timer?.cancel()
            state.override = nil
            publish(state)
        }
    }

    private func expire(_ round: Int) {
        state.withLock { state in
            guard state.round == round else { return }
            state.override = nil
            publish(state)
        }
    }

    private func publish(_ state: State) {
        level.store(Self.place(state.override?.level ?? state.setting), ordering: .relaxed)
    }

    /// All levels; kept, since every call of `allCases` makes a new array.
    private static let levels = Logger.Level.allCases

    private static func place(_ level: LogLevel) -> Int {
        levels.firstIndex(of: Logger.Level(level)) ?? 0
    }

    /// The level in force.
    var loggerLevel: Logger.Level { Self.levels[level.load(ordering: .relaxed)] }

    /// The form of a line.
    var format: LogFormat { isJSON.load(ordering: .relaxed) ? .json : .text }
}

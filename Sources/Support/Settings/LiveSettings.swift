import Dispatch
import Synchronization

/// The settings in force while the daemon runs, and the way to those on the disk: by the loader of the start, with the
/// same flags and the same environment.
public final class LiveSettings: Sendable {
    private let current: Mutex<LoadedSettings>
    private let loader: SettingsLoader
    /// Reading blocks, which no event loop must; and one reload comes after the other.
    private let queue = DispatchQueue(label: "trivet.settings")

    /// The settings of a start, and the loader that made them.
    public init(_ loaded: LoadedSettings, loader: SettingsLoader) {
        current = Mutex(loaded)
        self.loader = loader
    }

    /// The settings in force with the story of where they came from.
    public var loaded: LoadedSettings { current.withLock { $0 } }

    /// The settings in force.
    public var settings: Settings { current.withLock { $0.settings } }

    /// What differs between the settings in force and those on the disk; nothing is changed.
    ///
    /// - Parameter configFile: a file to read in the place of the daemon's own.
    public func compare(configFile: String? = nil) async throws(SettingsErrors) -> SettingsComparison {
        let reader = configFile.map { self.loader.reading($0) } ?? loader
        return try await onQueue { [self] () throws(SettingsErrors) in
            let next = try reader.load()
            return SettingsComparison(configFile: next.configFile, differences: loaded.differences(to: next))
        }
    }

    /// Reads the settings again and takes over what can change while the daemon runs. When anything is wrong with
    /// them, nothing changes at all.
    ///
    /// - Parameter apply: gives the parts their new values, before the next reload may begin.
    /// - Returns: what differed: what a reload can change is in force now, the rest waits for a restart.
    public func reload(
        _ apply: @escaping @Sendable (Settings) -> Void
    ) async throws(SettingsErrors) -> SettingsComparison {
        try await onQueue { [self] () throws(SettingsErrors) in
            let (before, next) = (loaded, try loader.load())
            let after = before.takingOver(next)
            current.withLock { $0 = after }
            apply(after.settings)
            return SettingsComparison(configFile: next.configFile, differences: before.differences(to: next))
        }
    }

    private func onQueue<T: Sendable>(
        _ body: @escaping @Sendable () throws(SettingsErrors) -> T
    ) async throws(SettingsErrors) -> T {
        let result = await withCheckedContinuation { continuation in
            queue.async {
                let result: Result<T, SettingsErrors>
                do throws(SettingsErrors) { result = .success(try body()) } catch { result = .failure(error) }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }
}

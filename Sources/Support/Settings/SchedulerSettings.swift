/// The settings of the scheduler, `scheduler` in the file.
public struct SchedulerSettings: Sendable, Hashable {
    /// Records of runs older than this are deleted.
    public var runRetention: Duration

    /// The scheduler's settings; without arguments, the defaults.
    public init(runRetention: Duration = .seconds(30 * 86_400)) {
        self.runRetention = runRetention
    }
}

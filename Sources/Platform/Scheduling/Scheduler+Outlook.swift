public import Datastore
import Synchronization

extension Scheduler {
    /// What lies before the scheduler.
    public struct Outlook: Sendable, Hashable {
        /// How many jobs there are, paused ones included.
        public let jobs: Int
        /// The job that runs next, and when; nil when none will.
        public let next: Next?

        /// A job and an instant of its schedule.
        public struct Next: Sendable, Hashable {
            /// The job's name.
            public let job: String
            /// When it runs.
            public let time: Timestamp
        }
    }

    /// The number of jobs and the next run, as memory has them: asked often, so it costs no read.
    public var outlook: Outlook {
        let jobs = state.withLock(\.jobs)
        let next = jobs.values.compactMap { scheduled in
            scheduled.nextRun.map { Outlook.Next(job: scheduled.job.name, time: $0) }
        }.min { ($0.time, $0.job) < ($1.time, $1.job) }
        return Outlook(jobs: jobs.count, next: next)
    }
}

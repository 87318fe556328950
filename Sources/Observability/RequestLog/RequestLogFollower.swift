/// The log as it grows, from a place in it on: every stored record once, in order, and a mark where some were dropped.
///
/// It reads what is in the file and is woken by each batch, so that nothing is lost between a buffer and the file; a
/// slow reader falls behind and loses nothing either, unless the records are deleted by retention before it comes to
/// them. It ends when the log is closed.
public struct RequestLogFollower: AsyncSequence, Sendable {
    /// Records and gaps.
    public typealias Element = FollowEvent
    /// What the file said, when it could not be read.
    public typealias Failure = any Error

    let log: RequestLog
    let start: RequestLog.FollowStart
    let query: RequestLogQuery

    /// Reads on from the start.
    public func makeAsyncIterator() -> Iterator {
        Iterator(log: log, start: start, query: query)
    }

    /// One reader's place.
    public struct Iterator: AsyncIteratorProtocol {
        private let log: RequestLog
        private let start: RequestLog.FollowStart
        private let query: RequestLogQuery
        private var cursor: Int64?
        private var ready: ArraySlice<FollowEvent> = []

        init(log: RequestLog, start: RequestLog.FollowStart, query: RequestLogQuery) {
            self.log = log
            self.start = start
            self.query = query
        }

        /// The next event; nil when the log was closed and all of it was told, or the task was cancelled.
        public mutating func next() async throws -> FollowEvent? {
            while true {
                if let event = ready.popFirst() { return event }
                if Task.isCancelled { return nil }
                let generation = log.signal.generation
                let isLast = log.signal.isFinished
                do {
                    if try await fill() { continue }
                } catch is CancellationError {
                    return nil
                }
                if isLast { return nil }
                await log.signal.wait(after: generation)
            }
        }

        /// Reads on; false where there is nothing new yet.
        private mutating func fill() async throws -> Bool {
            let from: Int64
            if let cursor {
                from = cursor
            } else {
                from = try await log.position(of: start)
                cursor = from
            }
            let step = try await log.followStep(from: from, query: query)
            cursor = step.cursor
            ready = step.events[...]
            // A filter may have left nothing of what was walked over.
            return !step.events.isEmpty || step.hasMore
        }
    }
}

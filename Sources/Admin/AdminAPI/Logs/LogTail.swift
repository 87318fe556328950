import AdminModel
import Datastore
import Health
import Hosting
import RequestLog

/// Writes the events of a follower as lines, and a heartbeat among them, so that a reader that has gone is noticed by a
/// write that fails even when nothing is served.
struct LogTail: Sendable {
    let health: HealthMonitor
    let now: @Sendable () -> Timestamp
    var heartbeat: Duration = .seconds(5)
    /// How often it is looked whether the daemon drains: a tail must not hold up its end.
    var tick: Duration = .milliseconds(200)

    func write<Events: AsyncSequence & Sendable>(
        _ events: Events, to writer: BodyWriter
    ) async throws where Events.Element == FollowEvent {
        let lines = LineGate(writer)
        // A first line at once: the client knows that it is connected, and from when on it sees everything.
        try await lines.write(heartbeatLine())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await follow(events, lines) }
            group.addTask { try await beat(lines) }
            // Whichever ends first ends the answer: the daemon drains, the log closed, or the client is gone.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func follow<Events: AsyncSequence & Sendable>(
        _ events: Events, _ lines: LineGate
    ) async throws where Events.Element == FollowEvent {
        do {
            for try await event in events {
                switch event {
                case .record(let stored):
                    try await lines.write(try ModelJSON.line(of: TailEvent(entry: LogEntry(stored))))
                case .gap(let dropped, let after):
                    let gap = TailEvent.Gap(dropped: dropped, after: after.description)
                    try await lines.write(try ModelJSON.line(of: TailEvent(gap: gap)))
                }
            }
        } catch let error as RequestLogError {
            guard let problem = AdminProblem(error) else { throw error }
            try await lines.write(try ModelJSON.line(of: TailEvent(error: problem.detail)))
        }
    }

    private func beat(_ lines: LineGate) async throws {
        var silence = Duration.zero
        while health.phase != .draining {
            try await Task.sleep(for: tick)
            silence += tick
            guard silence >= heartbeat else { continue }
            silence = .zero
            try await lines.write(heartbeatLine())
        }
    }

    private func heartbeatLine() throws -> [UInt8] {
        try ModelJSON.line(of: TailEvent(heartbeat: .init(time: now().fixedText)))
    }
}

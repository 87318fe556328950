/// Rung when a bucket is made or deleted, so that the watching begins or ends; and once at the start.
struct WatchBell: Sendable {
    let rings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        ring()
    }

    func ring() { continuation.yield() }
}

/// Held by all who can still read a streamed body: when the last one lets go, the transfer ends.
final class StreamLease: Sendable {
    private let loop: TransferLoop
    private let order: TransferOrder

    init(loop: TransferLoop, order: TransferOrder) {
        self.loop = loop
        self.order = order
    }

    deinit {
        giveUp()
    }

    func giveUp() {
        loop.cancel(order)
    }
}

import CCurl
import Glibc
import Synchronization

/// What the loop's thread does: it owns the transfers under way and drives the multi handle.
final class TransferDriver {
    private let multi: MultiHandle
    private unowned let loop: TransferLoop
    private var transfers: [UnsafeMutableRawPointer: EasyTransfer] = [:]
    private var handles: [ObjectIdentifier: UnsafeMutableRawPointer] = [:]

    init(multi: MultiHandle, loop: TransferLoop) {
        self.multi = multi
        self.loop = loop
    }

    func handle(_ command: TransferLoop.Command) {
        switch command {
        case .start(let order): start(order)
        case .cancel(let order):
            guard let transfer = transfer(of: order) else { return }
            remove(transfer)
            order.finish(.failure(transfer.error(.cancelled, "cancelled")))
        case .resume(let order):
            // An error here comes again as the transfer's result.
            if let transfer = transfer(of: order) { ccurl_resume(transfer.easy) }
        }
    }

    /// Moves every transfer as far as it goes, then waits for the network, a timeout or a wake-up.
    func turn() {
        var running: Int32 = 0
        curl_multi_perform(multi.pointer, &running)
        finishDone()
        // libcurl shortens the wait to its own next timeout. A failed poll must not turn this into a busy loop.
        if curl_multi_poll(multi.pointer, nil, 0, 10_000, nil) != CURLM_OK { usleep(10_000) }
    }

    func failAll(_ error: TransferError) {
        for transfer in Array(transfers.values) {
            remove(transfer)
            transfer.order.finish(.failure(error))
        }
    }

    private func start(_ order: TransferOrder) {
        guard !order.isCancelled else {
            return order.finish(.failure(TransferError(.cancelled, "\(order.request.shownURL): cancelled")))
        }
        guard let transfer = EasyTransfer(order: order) else {
            return order.finish(.failure(TransferError(.other, "out of memory for a transfer")))
        }
        loop.openHandles.add(1, ordering: .relaxed)
        transfers[transfer.easy] = transfer
        handles[ObjectIdentifier(order)] = transfer.easy
        do throws(TransferError) {
            try transfer.configure()
        } catch {
            remove(transfer)
            return order.finish(.failure(error))
        }
        let code = curl_multi_add_handle(multi.pointer, transfer.easy)
        guard code == CURLM_OK else {
            remove(transfer)
            return order.finish(.failure(transfer.error(.other, String(cString: curl_multi_strerror(code)))))
        }
    }

    private func finishDone() {
        var waiting: Int32 = 0
        while let message = curl_multi_info_read(multi.pointer, &waiting) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                let transfer = transfers[easy]
            else { continue }
            // The message dies with the removal, the handle's times and texts only with its closing.
            let code = ccurl_message_result(message)
            curl_multi_remove_handle(multi.pointer, easy)
            transfer.finish(code)
            forget(transfer)
        }
    }

    private func remove(_ transfer: EasyTransfer) {
        // Harmless for a handle that is not in the multi handle.
        curl_multi_remove_handle(multi.pointer, transfer.easy)
        forget(transfer)
    }

    private func forget(_ transfer: EasyTransfer) {
        handles[ObjectIdentifier(transfer.order)] = nil
        transfers[transfer.easy] = nil
        transfer.close()
        loop.openHandles.subtract(1, ordering: .relaxed)
    }

    private func transfer(of order: TransferOrder) -> EasyTransfer? {
        handles[ObjectIdentifier(order)].flatMap { transfers[$0] }
    }
}

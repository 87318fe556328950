import CCurl
import Glibc
import Synchronization

/// The mailbox of the loop's thread: what any task may ask of it.
final class TransferLoop: Sendable {
    enum Command: Sendable {
        case start(TransferOrder)
        case cancel(TransferOrder)
        case resume(TransferOrder)
    }

    private enum Phase {
        case open
        case stopping
        case ended
    }

    private struct State {
        var phase = Phase.open
        var inbox: [Command] = []
        var multi: MultiHandle?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// How many easy handles exist: back to 0 when nothing is under way.
    let openHandles = Atomic(0)
    private let state: Mutex<State>

    /// Once in the process, before the first handle; libcurl asks for it.
    private static let globalResult = ccurl_global_init()

    private init(multi: MultiHandle?) {
        state = Mutex(State(phase: multi == nil ? .ended : .open, multi: multi))
    }

    /// Starts the thread. Where that is impossible the loop has ended already, and every transfer fails at once.
    static func start(_ configuration: TransferConfiguration) -> TransferLoop {
        guard globalResult == CURLE_OK, let multi = MultiHandle(configuration) else { return TransferLoop(multi: nil) }
        let loop = TransferLoop(multi: multi)
        let context = Unmanaged.passRetained(loop)
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, runLoop, context.toOpaque())
        guard code == 0 else {
            context.release()
            loop.end()
            return loop
        }
        pthread_detach(thread)
        return loop
    }

    /// Hands a transfer to the thread; after the end it fails at once.
    func submit(_ order: TransferOrder) {
        guard post(.start(order)) else { return order.finish(.failure(Self.ended)) }
    }

    /// Ends a transfer, whether it has begun or not.
    func cancel(_ order: TransferOrder) {
        guard !order.isFinished else { return }
        order.markCancelled()
        _ = post(.cancel(order))
    }

    func resume(_ order: TransferOrder) {
        _ = post(.resume(order))
    }

    /// Asks the thread to fail what is under way and to end.
    func stop() {
        state.withLock { state in
            guard state.phase == .open else { return }
            state.phase = .stopping
            state.multi?.wakeUp()
        }
    }

    /// Returns when the thread has ended.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let isEnded = state.withLock { state in
                if state.phase != .ended { state.waiters.append(continuation) }
                return state.phase == .ended
            }
            if isEnded { continuation.resume() }
        }
    }

    static let ended = TransferError(.shutDown, "the HTTP client was shut down")

    private func post(_ command: Command) -> Bool {
        state.withLock { state in
            guard state.phase == .open else { return false }
            // A wake-up for the first of a batch is enough: the thread takes all that wait.
            if state.inbox.isEmpty { state.multi?.wakeUp() }
            state.inbox.append(command)
            return true
        }
    }

    /// For the thread: what waits, and whether it is to end.
    fileprivate func take() -> (commands: [Command], isStopping: Bool) {
        state.withLock { state in
            let commands = state.inbox
            state.inbox.removeAll(keepingCapacity: true)
            return (commands, state.phase != .open)
        }
    }

    /// For the thread, when it touches the multi handle no more: nobody may wake it from here on.
    fileprivate func end() {
        let (multi, waiters) = state.withLock { state in
            state.phase = .ended
            let result = (state.multi, state.waiters)
            state.multi = nil
            state.waiters = []
            return result
        }
        multi?.free()
        for waiter in waiters { waiter.resume() }
    }

    fileprivate func run() {
        guard let multi = state.withLock({ $0.multi }) else { return }
        let driver = TransferDriver(multi: multi, loop: self)
        while true {
            let (commands, isStopping) = take()
            for command in commands { driver.handle(command) }
            if isStopping { break }
            driver.turn()
        }
        driver.failAll(Self.ended)
        end()
    }
}

private func runLoop(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let loop = Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue()
    // Signals are the main thread's; and OpenSSL writes without MSG_NOSIGNAL, so that SIGPIPE must not reach us here.
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    loop.run()
    return nil
}

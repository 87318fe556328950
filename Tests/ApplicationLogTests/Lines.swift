import Foundation
import Synchronization

/// Keeps lines.
final class Lines: Sendable {
    private let kept = Mutex<[[UInt8]]>([])
    var texts: [String] { kept.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }

    @Sendable func append(_ line: [UInt8]) {
        kept.withLock { $0.append(line) }
    }
}

/// A number that another thread writes.
final class ByteCount: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }
    func set(_ value: Int) { number.withLock { $0 = value } }
}

/// A thread that can be waited for.
final class ReaderThread: Sendable {
    private let done = DispatchSemaphore(value: 0)

    init(_ body: @escaping @Sendable () -> Void) {
        Thread.detachNewThread { [done] in
            body()
            done.signal()
        }
    }

    func join() {
        done.wait()
    }
}

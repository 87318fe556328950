import FoundationEssentials
import Glibc
import Synchronization

/// What tests have running and on the disk, so that nothing is left when their process ends: the objects of the last
/// tests may then still be held by somebody, and never come to their `deinit`.
package enum Leftovers {
    private struct State {
        var processes: Set<Int32> = []
        var folders: Set<String> = []
        var isRegistered = false
    }

    private static let state = Mutex(State())

    package static func add(process: Int32) { change { $0.processes.insert(process) } }

    package static func remove(process: Int32) { change { $0.processes.remove(process) } }

    package static func add(folder: String) { change { $0.folders.insert(folder) } }

    package static func remove(folder: String) { change { $0.folders.remove(folder) } }

    private static func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            body(&state)
            guard !state.isRegistered else { return }
            state.isRegistered = true
            atexit { Leftovers.clear() }
        }
    }

    private static func clear() {
        let left = state.withLock { $0 }
        for process in left.processes { kill(process, SIGKILL) }
        for folder in left.folders { try? FileManager.default.removeItem(atPath: folder) }
    }
}

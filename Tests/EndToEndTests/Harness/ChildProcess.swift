import Dispatch
import FoundationEssentials
import Glibc
import Synchronization

/// A program that runs beside the tests, with its output in files: a pipe could be inherited by another child and
/// never end.
final class ChildProcess: Sendable {
    /// How a program ended: its exit code, or the signal that killed it.
    enum End: Sendable, Equatable {
        case exited(Int32)
        case killed(Int32)
    }

    struct SpawnError: Error, CustomStringConvertible {
        let description: String
    }

    let pid: pid_t
    private let end: OneShot<End>

    /// Starts a program; its streams go to files, `nil` stands for the null device.
    init(
        _ program: String, _ arguments: [String], environment: [String: String], input: String? = nil,
        output: String? = nil, errors: String? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let writing = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, input ?? "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output ?? "/dev/null", writing, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors ?? "/dev/null", writing, 0o600)

        // Signals that the test runner blocks or ignores must reach the child as usual.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        Self.keepDescriptorsFromChildren()
        let argv = ([program] + arguments).map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, program, &actions, &attributes, argv, envp)
        guard failure == 0 else {
            throw SpawnError(description: "cannot start \(program): \(String(cString: strerror(failure)))")
        }
        self.pid = pid
        let end = OneShot<End>()
        self.end = end
        let child = pid
        Leftovers.add(process: child)
        Thread.detach {
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0 && errno == EINTR {}
            Leftovers.remove(process: child)
            let signal = status & 0x7F
            end.set(signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal))
        }
    }

    /// A connection of a test that a child has inherited would stay open when the test closes it.
    private static func keepDescriptorsFromChildren() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            if let descriptor = Int32(name), descriptor > 2 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        }
    }

    /// Whether it has not ended yet.
    var isRunning: Bool { end.value == nil }

    /// Sends a signal; one that comes after the end is lost.
    func send(_ signal: Int32) {
        if isRunning { kill(pid, signal) }
    }

    /// Waits for the end.
    func wait() async -> End { await end.wait() }
}

/// Detached threads for calls that block.
enum Thread {
    static func detach(_ body: @escaping @Sendable () -> Void) {
        DispatchQueue(label: "test.thread").async(execute: body)
    }
}

/// A value that is set once and awaited by any number of tasks.
final class OneShot<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiting: [CheckedContinuation<Value, Never>] = []
    }

    private let state = Mutex(State())

    var value: Value? { state.withLock { $0.value } }

    func set(_ value: Value) {
        let waiting = state.withLock { state in
            state.value = value
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: value) }
    }

    func wait() async -> Value {
        await withCheckedContinuation { continuation in
            let value = state.withLock { state in
                if state.value == nil { state.waiting.append(continuation) }
                return state.value
            }
            if let value { continuation.resume(returning: value) }
        }
    }
}

/// A number that many tasks raise.
final class Counter: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .relaxed) }

    func increment() { count.add(1, ordering: .relaxed) }
}

import CLinux
import Glibc
import Synchronization

/// A program that runs beside the tests, with its output in files: a pipe could be inherited by another child and
/// never end. Foundation's `Process` is not used: it may crash where other threads open and close descriptors.
package final class ChildProcess: Sendable {
    /// How a program ended: its exit code, or the signal that killed it.
    package enum End: Sendable, Equatable {
        case exited(Int32)
        case killed(Int32)
    }

    package struct SpawnError: Error, CustomStringConvertible {
        package let description: String
    }

    private final class Fate: Sendable {
        let end = OneShot<End>()
        /// Once it is reaped, its number may be another process's.
        let isReaped = Mutex(false)
    }

    package let pid: Int32
    private let fate = Fate()

    /// Starts a program; its streams go to files, `nil` stands for the null device.
    package init(
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
        // A connection of a test that a child has inherited would stay open when the test closes it.
        clinux_close_from(&actions, 3)

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

        let argv = ([program] + arguments).map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, program, &actions, &attributes, argv, envp)
        guard failure == 0 else {
            throw SpawnError(description: "cannot start \(program): \(String(cString: strerror(failure)))")
        }
        self.pid = pid
        let child = pid
        Leftovers.add(process: child)
        detachThread { [fate] in
            var state = siginfo_t()
            while waitid(P_PID, id_t(child), &state, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
            Leftovers.remove(process: child)
            var status: Int32 = 0
            fate.isReaped.withLock { isReaped in
                while waitpid(child, &status, 0) < 0 && errno == EINTR {}
                isReaped = true
            }
            let signal = status & 0x7F
            fate.end.set(signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal))
        }
    }

    /// Whether it has not ended yet.
    package var isRunning: Bool { fate.end.value == nil }

    /// Sends a signal; one that comes after the end is lost.
    package func send(_ signal: Int32) {
        fate.isReaped.withLock { isReaped in
            if !isReaped { kill(pid, signal) }
        }
    }

    /// Waits for the end.
    package func wait() async -> End { await fate.end.wait() }
}

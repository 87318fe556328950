import AdminModel
import ApplicationLog
import Daemon
import Foundation
import Logging
import ServiceManager
import Settings
import UnixSignals

/// One run of the daemon as a process: its words on stderr, its signals, its exit code.
struct DaemonProcess {
    let configFile: String?
    let dataDirectory: String?
    let environment: [String: String]

    func run(checkOnly: Bool) async -> DaemonExit {
        let loader = SettingsLoader(configFile: configFile, dataDirectory: dataDirectory, environment: environment)
        let loaded: LoadedSettings
        do { loaded = try loader.load() } catch {
            return refuse("the settings are wrong:\n\(error)")
        }
        if checkOnly {
            print("\(loaded.configFile ?? "The built-in settings"): good.")
            return .stopped
        }
        return await serve(loaded, loader)
    }

    private func serve(_ loaded: LoadedSettings, _ loader: SettingsLoader) async -> DaemonExit {
        let log = LogControl(loaded.settings.log)
        let logger = Logger(label: "trivetd") { ApplicationLog.handler(label: $0, control: log) }
        // A client that went away is an error of a write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        // What it makes is for its own user; sockets get their mode from the settings.
        umask(0o077)
        let terminal = StartTerminal()
        // From here on: one that comes during the start is obeyed after it.
        let reloads = await UnixSignalsSequence(trapping: .sighup)
        let daemon: Daemon
        do {
            daemon = try await Daemon.start(
                loaded, loader: loader, environment: environment, version: TrivetVersion.current, log: log,
                logger: logger, onFatalError: { Self.end(within: $0 + .seconds(10)) })
        } catch {
            return refuse("not started: \(error)")
        }
        if loaded.settings.log.format == .text {
            ApplicationLog.say(Banner(addresses: daemon.addresses, settings: loaded.settings).text, as: .info)
        }
        let reloading = Task {
            for await _ in reloads {
                if terminal.isGone { kill(getpid(), SIGTERM) } else { await daemon.reloadBySignal() }
            }
        }
        defer { reloading.cancel() }
        do {
            try await daemon.run(shutdownSignals: [.sigterm, .sigint])
        } catch {
            logger.critical("stopped by an error", metadata: ["error": "\(error)"])
            return .failed
        }
        logger.info("stopped")
        return .stopped
    }

    /// A process whose disk has failed may hang where it would close its files; a new one is better all the same.
    private static func end(within duration: Duration) {
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Int(duration.components.seconds))) {
            _exit(DaemonExit.failed.rawValue)
        }
    }

    /// Says why it does not start; `systemctl status` goes on showing it.
    private func refuse(_ reason: String) -> DaemonExit {
        ApplicationLog.say("trivetd: \(reason)", as: .error)
        try? ServiceManager(environment: environment).tell([.status(reason)])
        return .startRefused
    }
}

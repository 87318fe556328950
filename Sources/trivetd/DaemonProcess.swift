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
        let loaded: LoadedSettings
        do {
            loaded = try SettingsLoader(
                configFile: configFile, dataDirectory: dataDirectory, environment: environment
            ).load()
        } catch {
            return refuse("the settings are wrong:\n\(error)")
        }
        if checkOnly {
            print("\(loaded.configFile ?? "The built-in settings"): good.")
            return .stopped
        }
        return await serve(loaded)
    }

    private func serve(_ loaded: LoadedSettings) async -> DaemonExit {
        let log = loaded.settings.log
        let logger = Logger(label: "trivetd") { label in
            ApplicationLog.handler(label: label, level: log.level, format: log.format)
        }
        // A client that went away is an error of a write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        // Settings are not read anew yet; until they are, a reload must not end the daemon.
        signal(SIGHUP, SIG_IGN)
        // What it makes is for its own user; sockets get their mode from the settings.
        umask(0o077)
        let longestEnd = loaded.settings.shutdownTimeout + .seconds(10)
        let daemon: Daemon
        do {
            daemon = try await Daemon.start(
                loaded, environment: environment, version: TrivetVersion.current, logger: logger,
                onFatalError: { Self.end(within: longestEnd) })
        } catch {
            return refuse("not started: \(error)")
        }
        if log.format == .text { say(Banner(addresses: daemon.addresses, settings: loaded.settings).text) }
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
        say("trivetd: \(reason)")
        try? ServiceManager(environment: environment).tell([.status(reason)])
        return .startRefused
    }

    private func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}

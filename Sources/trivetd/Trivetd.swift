import AdminModel
import ArgumentParser
import Daemon
import Foundation

/// The daemon: arguments to settings, settings to a Daemon, its end to an exit code.
@main
struct Trivetd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trivetd", abstract: "Hosts the lab's three services and all that they stand on.",
        version: "trivetd \(TrivetVersion.current)")

    @Option(help: "The settings' file; without it /etc/trivet/trivet.yaml, if that is there.")
    var config: String?
    @Option(help: "The data directory; overrides the settings' data_dir.")
    var dataDir: String?
    @Flag(help: "Read the settings, tell what is wrong with them, and end.")
    var checkConfig = false

    static func main() async {
        let arguments: Trivetd
        do { arguments = try parse() } catch {
            // Help and version come as errors too: they are no mistake, and go to stdout.
            let isMistake = exitCode(for: error) != .success
            let message = Data((fullMessage(for: error) + "\n").utf8)
            (isMistake ? FileHandle.standardError : .standardOutput).write(message)
            Foundation.exit((isMistake ? DaemonExit.usage : .stopped).rawValue)
        }
        let process = DaemonProcess(
            configFile: arguments.config, dataDirectory: arguments.dataDir,
            environment: ProcessInfo.processInfo.environment)
        Foundation.exit(await process.run(checkOnly: arguments.checkConfig).rawValue)
    }
}

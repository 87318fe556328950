import AdminModel
import ArgumentParser
import Daemon
import Foundation
import Settings

/// The daemon: arguments to settings, settings to a Daemon, its end to an exit code.
@main
struct Trivetd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trivetd", abstract: "Hosts the lab's three services and all that they stand on.",
        version: "trivetd \(TrivetVersion.current)")

    @Option(name: .long, help: "The settings' file; without it /etc/trivet/trivet.yaml, if that is there.")
    var config: String?
    @Option(name: .long, help: "The data directory; overrides the settings' data_dir.")
    var dataDir: String?
    @Flag(name: .long, help: "Read the settings, tell what is wrong with them, and end.")
    var checkConfig = false

    static func main() async {
        do {
            exit(try await parse().start().rawValue)
        } catch {
            let isUsage = exitCode(for: error) != .success
            print(fullMessage(for: error), to: isUsage ? .standardError : .standardOutput)
            exit((isUsage ? DaemonExit.usage : .stopped).rawValue)
        }
    }

    private func start() async -> DaemonExit {
        await DaemonProcess(
            configFile: config, dataDirectory: dataDir, environment: ProcessInfo.processInfo.environment
        ).run(checkOnly: checkConfig)
    }
}

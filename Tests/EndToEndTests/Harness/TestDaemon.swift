import Foundation
import JSON
import TestSupport
import Testing
import Transfer

/// The real trivetd on free ports and in a folder of its own, and the real trivetctl pointed at it.
final class TestDaemon: Sendable {
    let folder: TestFolder
    let process: ChildProcess
    /// The address of each listener, as the daemon tells it: `message-board-service` -> `127.0.0.1:41234`.
    let addresses: [String: String]

    static let services = ["hello-world-service", "message-board-service", "storage-logging-service"]

    var dataDirectory: String { folder.file("data") }
    let socket: String
    /// What the daemon has written to stderr so far.
    var log: String { contents(of: folder.file("trivetd.log")) }

    /// Settings by key for a daemon that shares the machine with others.
    static func environment(_ settings: [String: String] = [:]) -> [String: String] {
        var variables = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("TRIVET_") && name != "RUNTIME_DIRECTORY" && name != "STATE_DIRECTORY"
                && name != "NOTIFY_SOCKET"
        }
        variables["http_proxy"] = "http://127.0.0.1:1"  // Trivet's own calls must not obey it
        var all = settings
        for service in services where all["services.\(service).listen"] == nil {
            all["services.\(service).listen"] = "127.0.0.1:0"
        }
        for key in ["admin.listen", "metrics.listen"] where all[key] == nil { all[key] = "127.0.0.1:0" }
        // Where all tests run at once, a client may be kept from its processor in the middle of a request.
        for key in ["header_timeout", "body_timeout", "idle_timeout"] where all["limits.\(key)"] == nil {
            all["limits.\(key)"] = "10m"
        }
        for (key, value) in all {
            let name = key.uppercased().replacing("-", with: "_").replacing(".", with: "_")
            variables["TRIVET_\(name)"] = value
        }
        return variables
    }

    /// Starts trivetd and waits until it is ready.
    ///
    /// - Parameters:
    ///   - config: its settings file, for those that a reload is to change.
    ///   - disks: where the data directory is, with the name `data`.
    ///   - variables: environment variables besides those of the settings.
    static func start(
        in folder: TestFolder? = nil, config: String = "/dev/null", settings: [String: String] = [:],
        on disks: SmallDisks? = nil, variables: [String: String] = [:]
    ) async throws -> TestDaemon {
        let folder = try folder ?? TestFolder()
        // A socket in a mount namespace could not be reached from here.
        let socket = folder.file(disks == nil ? "data/admin.sock" : "admin.sock")
        var settings = settings
        if disks != nil { settings["admin.socket"] = socket }
        let command =
            (disks?.entering ?? []) + [
                Programs.trivetd, "--config", config, "--data-dir", folder.file("data"),
            ]
        let process = try ChildProcess(
            command[0], Array(command.dropFirst()), environment: environment(settings).merging(variables) { $1 },
            output: folder.file("trivetd.out"), errors: folder.file("trivetd.log"))
        let client = TransferClient()
        do {
            var addresses: [String: String] = [:]
            try await eventually("trivetd is ready; its log:\n\(contents(of: folder.file("trivetd.log")))") {
                try #require(process.isRunning, "trivetd ended: \(contents(of: folder.file("trivetd.log")))")
                let request = TransferRequest.patient(url: "http://localhost/admin/v1/status", unixSocketPath: socket)
                guard let answer = try? await client.execute(request), answer.status == 200,
                    let status = try JSONValue(parsing: answer.body).object, status["phase"] == "serving"
                else { return false }
                for member in status["addresses"]?.object ?? JSONObject() {
                    addresses[member.name] = member.value.array?.first?.string
                }
                return true
            }
            await client.shutdown()
            return TestDaemon(folder: folder, process: process, addresses: addresses, socket: socket)
        } catch {
            process.send(SIGKILL)
            await client.shutdown()
            throw error
        }
    }

    private init(folder: TestFolder, process: ChildProcess, addresses: [String: String], socket: String) {
        self.socket = socket
        self.folder = folder
        self.process = process
        self.addresses = addresses
    }

    deinit { process.send(SIGKILL) }

    /// The base URL of a listener.
    func url(_ service: String, _ path: String = "") throws -> String {
        "http://" + (try #require(addresses[service], "no address for \(service)")) + path
    }

    /// Keeps the lab's purge from running by itself from now on, for tests that count requests or what is stored.
    ///
    /// - Returns: how often it ran before.
    @discardableResult
    func pausePurges() async throws -> Int {
        #expect(try await trivetctl("scheduler", "jobs", "pause", "log-purge-job").status == 0)
        var runs: [JSONValue] = []
        try await eventually("no purge is under way") {
            runs = try await trivetctl(
                "scheduler", "runs", "list", "--job", "log-purge-job", "--format", "ndjson"
            ).jsonLines()
            return runs.allSatisfy { !["running", "waiting"].contains($0.object?["outcome"]?.string) }
        }
        return runs.count
    }

    /// Runs a job by hand, once its own minute's run has ended.
    func runJob(_ name: String, _ arguments: String...) async throws -> CommandResult {
        var result: CommandResult?
        try await eventually("no other run of \(name) is under way") {
            result = try await trivetctl(["scheduler", "jobs", "run", name] + arguments)
            return result?.errors.contains("is under way") == false
        }
        return try #require(result)
    }

    /// Stops it as systemd does, and gives how it ended.
    @discardableResult
    func stop() async -> ChildProcess.End {
        process.send(SIGTERM)
        return await process.wait()
    }

    /// Kills it as the kernel does.
    func kill() async {
        process.send(SIGKILL)
        _ = await process.wait()
    }

    /// Runs trivetctl against this daemon.
    func trivetctl(_ arguments: String...) async throws -> CommandResult { try await trivetctl(arguments) }

    /// Runs trivetctl against this daemon.
    func trivetctl(_ arguments: [String]) async throws -> CommandResult {
        try await run(
            Programs.trivetctl, arguments, environment: ["TRIVET_SOCKET": socket, "NO_COLOR": "1"])
    }

    /// The exposition's samples, `name{labels}` -> value.
    func metrics() async throws -> [String: Double] {
        let result = try await run("curl", ["-sS", "--noproxy", "*", url("metrics", "/metrics")])
        var samples: [String: Double] = [:]
        for line in result.output.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else { continue }
            samples[String(line[..<space])] = Double(line[line.index(after: space)...])
        }
        return samples
    }
}

/// An HTTP answer as a test looks at it.
struct Answer: Sendable {
    let status: Int
    let headers: [TransferHeader]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    func json() throws -> JSONValue { try JSONValue(parsing: body) }
}

extension TransferClient {
    /// Posts JSON and gives the answer.
    func post(_ url: String, _ body: JSONValue) async throws -> Answer {
        try await post(url, bytes: body.serialized())
    }

    /// Posts bytes as JSON and gives the answer.
    func post(_ url: String, bytes: [UInt8]) async throws -> Answer {
        let headers = [TransferHeader("Content-Type", "application/json")]
        return Answer(
            try await execute(TransferRequest.patient(method: "POST", url: url, headers: headers, body: bytes)))
    }

    /// Gets a URL.
    func get(_ url: String) async throws -> Answer {
        Answer(try await execute(TransferRequest.patient(url: url)))
    }
}

extension Answer {
    init(_ response: TransferResponse) {
        self.init(status: response.status, headers: response.headers, body: response.body)
    }
}
